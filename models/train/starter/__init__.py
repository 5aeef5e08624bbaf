"""Trains the Mandarin starter model and writes it in Vosk's on-disk format.

Run as ``python3 -m starter SPEECH_DIR OUT_DIR``; see ../README.md.
"""
