"""A client of vosk-server's protocol, as Python programs write one: asyncio and
Debian's python3-websockets. Sends a WAV file in pieces of a fifth of a second,
awaits one answer for each, and prints every answer as a line of JSON.

usage: vosk.py ws://HOST:PORT FILE.wav ['{"words": true}']
"""
import asyncio
import json
import sys
import wave

import websockets


async def main(url, path, more):
    answers = []
    async with websockets.connect(url) as socket:
        with wave.open(path, "rb") as speech:
            config = {"sample_rate": speech.getframerate(), **json.loads(more)}
            await socket.send(json.dumps({"config": config}))
            size = speech.getframerate() // 5
            while piece := speech.readframes(size):
                await socket.send(piece)
                answers.append(await socket.recv())
        await socket.send('{"eof" : 1}')
        answers.append(await socket.recv())
        try:
            answers.append(await socket.recv())
        except websockets.ConnectionClosedOK:
            pass  # as it should: nothing comes after the last result
    for answer in answers:
        print(json.dumps(json.loads(answer), ensure_ascii=False))


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "{}"))
