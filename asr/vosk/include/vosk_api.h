/*
 * The C functions of libvosk 0.3.39 that the Go binding v0.3.45 calls.
 *
 * The npm package that the library comes from has no header. These
 * declarations were written for this project from what the binding passes
 * and what the library exports.
 */
#ifndef TINGDONG_VOSK_API_H
#define TINGDONG_VOSK_API_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct VoskModel VoskModel;
typedef struct VoskSpkModel VoskSpkModel;
typedef struct VoskRecognizer VoskRecognizer;

/* Models. NULL is a failure; models are counted, recognizers keep theirs. */
VoskModel *vosk_model_new(const char *directory);
void vosk_model_free(VoskModel *model);
/* The id of a word, or -1. */
int vosk_model_find_word(VoskModel *model, const char *word);

VoskSpkModel *vosk_spk_model_new(const char *directory);
void vosk_spk_model_free(VoskSpkModel *model);

/* Recognizers. NULL is a failure. A grammar is a JSON list of phrases. */
VoskRecognizer *vosk_recognizer_new(VoskModel *model, float sample_rate);
VoskRecognizer *vosk_recognizer_new_spk(VoskModel *model, float sample_rate, VoskSpkModel *speaker);
VoskRecognizer *vosk_recognizer_new_grm(VoskModel *model, float sample_rate, const char *grammar);
void vosk_recognizer_free(VoskRecognizer *recognizer);

void vosk_recognizer_set_spk_model(VoskRecognizer *recognizer, VoskSpkModel *speaker);
void vosk_recognizer_set_max_alternatives(VoskRecognizer *recognizer, int max);
void vosk_recognizer_set_words(VoskRecognizer *recognizer, int on);
void vosk_recognizer_set_partial_words(VoskRecognizer *recognizer, int on);

/* PCM16LE; length in bytes. 1: an endpoint was found, 0: none, -1: failure. */
int vosk_recognizer_accept_waveform(VoskRecognizer *recognizer, const char *data, int length);

/* JSON texts that stay valid until the next call on the recognizer. */
const char *vosk_recognizer_result(VoskRecognizer *recognizer);
const char *vosk_recognizer_partial_result(VoskRecognizer *recognizer);
const char *vosk_recognizer_final_result(VoskRecognizer *recognizer);
void vosk_recognizer_reset(VoskRecognizer *recognizer);

void vosk_set_log_level(int level);
void vosk_gpu_init(void);
void vosk_gpu_thread_init(void);

#ifdef __cplusplus
}
#endif
#endif
