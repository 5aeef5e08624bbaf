"""Trains the starter models, Mandarin or English, and writes them in Vosk's on-disk format.

Run as ``python3 -m starter SPEECH_DIR OUT_DIR``; see ../README.md.
"""
