"""libvosk through ctypes, as far as the evaluation needs it."""
import ctypes
import json
import os

from . import config

_SIGNATURES = {
    "vosk_set_log_level": (None, [ctypes.c_int]),
    "vosk_model_new": (ctypes.c_void_p, [ctypes.c_char_p]),
    "vosk_model_free": (None, [ctypes.c_void_p]),
    "vosk_recognizer_new": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_float]),
    "vosk_recognizer_new_grm": (ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_float, ctypes.c_char_p]),
    "vosk_recognizer_free": (None, [ctypes.c_void_p]),
    "vosk_recognizer_set_max_alternatives": (None, [ctypes.c_void_p, ctypes.c_int]),
    "vosk_recognizer_accept_waveform": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]),
    "vosk_recognizer_result": (ctypes.c_char_p, [ctypes.c_void_p]),
    "vosk_recognizer_final_result": (ctypes.c_char_p, [ctypes.c_void_p]),
}
CHUNK = 8000  # bytes: a quarter of a second


def available():
    """The library's path, or None: LIBVOSK, or what `make build` fetched."""
    path = os.environ.get("LIBVOSK", str(config.REPOSITORY / "build" / "vosk" / "lib" / "libvosk.so"))
    return path if os.path.exists(path) else None


def _library():
    path = available()
    if path is None:
        raise FileNotFoundError("libvosk.so is not there: run `make build` in the repository, or set LIBVOSK to its path")
    library = ctypes.CDLL(path)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.vosk_set_log_level(-1)
    return library


class Model:
    """A loaded model directory. Raises ValueError when libvosk rejects it."""

    def __init__(self, folder):
        self.library = _library()
        self.handle = self.library.vosk_model_new(str(folder).encode())
        if not self.handle:
            raise ValueError(f"libvosk cannot load {folder}")

    def results(self, pcm, phrases=None, alternatives=0):
        """libvosk's results for 16 kHz int16 samples (bytes), one for each pause and one for the end.

        phrases: a runtime grammar, words separated by spaces; None: the open language model.
        """
        library = self.library
        if phrases is None:
            recognizer = library.vosk_recognizer_new(self.handle, 16000)
        else:
            recognizer = library.vosk_recognizer_new_grm(self.handle, 16000, json.dumps(phrases, ensure_ascii=False).encode())
        if not recognizer:
            raise ValueError("libvosk cannot make a recogniser")
        try:
            if alternatives:
                library.vosk_recognizer_set_max_alternatives(recognizer, alternatives)
            found = []
            for i in range(0, len(pcm), CHUNK):
                piece = pcm[i:i + CHUNK]
                # At a pause the text must be taken now or it is lost.
                if library.vosk_recognizer_accept_waveform(recognizer, piece, len(piece)):
                    found.append(json.loads(library.vosk_recognizer_result(recognizer)))
            return [*found, json.loads(library.vosk_recognizer_final_result(recognizer))]
        finally:
            library.vosk_recognizer_free(recognizer)

    def text(self, pcm, phrases=None):
        """What was heard, words separated by spaces."""
        return " ".join(t for t in (r.get("text", "") for r in self.results(pcm, phrases)) if t)
