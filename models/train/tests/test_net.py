"""The net, its alignment and the resuming of its training."""
import json
import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from starter import align, augment, batches, config, net, train
from starter.inventory import SILENCE
from starter.languages import MANDARIN

SOUNDS = MANDARIN.inventory
TINY = [("tdnn1", list(range(-4, 5)), 12), ("tdnn2", [-3, 0, 3], 10), ("tdnn3", [-6, 0, 6], 8), ("prefinal", [0], 8)]


def tiny(layers=TINY):
    """A net with random weights and norms that are not the identity."""
    torch.manual_seed(3)
    made = net.Net(layers, SOUNDS.outputs, torch.randn(40), torch.rand(40) + 0.5)
    for norm in made.bn:
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        norm.weight.data.uniform_(0.5, 2)
        norm.bias.data.normal_()
    made.eval()
    return made


class Net(unittest.TestCase):
    def test_every_third_frame(self):
        cepstra = torch.randn(2, 120, 40)
        with torch.no_grad():
            sparse, dense = tiny()(cepstra), tiny()(cepstra, every_frame=True)
        self.assertLess((sparse - dense[:, :, ::3]).abs().max().item(), 1e-4)

    def test_plain_layers_compute_the_same(self):
        model, cepstra = tiny(), torch.randn(1, 60, 40)
        with torch.no_grad():
            wanted = model(cepstra, every_frame=True)[0].T.numpy()
        x = {t: cepstra[0, t].numpy() for t in range(60)}
        for layer in model.plain_layers():
            y = {}
            for t in x:
                if all(t + o in x for o in layer["offsets"]):
                    value = layer["weight"] @ np.concatenate([x[t + o] for o in layer["offsets"]]) + layer["bias"]
                    y[t] = value if layer["name"] == "output" else np.maximum(value, 0)
            x = y
        found = np.stack([x[t] for t in sorted(x)])
        np.testing.assert_allclose(found, wanted, atol=1e-3)

    def test_first_models_net_gets_the_new_outputs(self):
        """A net without tones and garbage goes on: what it knew stays."""
        torch.manual_seed(5)
        old = net.Net(TINY, SOUNDS.pdf_count - 1).eval()
        new = net.widen(old, TINY, SOUNDS.outputs).eval()
        cepstra = torch.randn(1, 60, 40)
        with torch.no_grad():
            self.assertEqual(new(cepstra).shape[1], SOUNDS.outputs)
            self.assertLess((new(cepstra)[:, :SOUNDS.pdf_count - 1] - old(cepstra)).abs().max().item(), 1e-5)

    def test_widened_computes_the_same(self):
        wide = net.widen(tiny(), [(n, o, w + 5) for n, o, w in TINY], SOUNDS.outputs)
        wide.eval()
        cepstra = torch.randn(2, 90, 40)
        with torch.no_grad():
            self.assertLess((wide(cepstra) - tiny()(cepstra)).abs().max().item(), 1e-4)


class Align(unittest.TestCase):
    def test_finds_the_path(self):
        pdfs, optional = align.states(SOUNDS, ["zh_o", "ong"])
        wanted = [0] * 5 + [1] * 3 + [2] * 4 + [3] * 6
        scores = np.full((len(wanted), SOUNDS.pdf_count), -5.0)
        scores[np.arange(len(wanted)), pdfs[wanted]] = 0
        score, path = align.viterbi(scores, pdfs, optional)
        self.assertEqual(path.tolist(), wanted)
        self.assertEqual(score, 0)

    def test_states_last_two_frames(self):
        pdfs, optional = align.states(SOUNDS, ["a"])
        _, path = align.viterbi(np.random.RandomState(0).randn(9, SOUNDS.pdf_count), pdfs, optional)
        for state in (1, 2):
            self.assertGreaterEqual((path == state).sum(), 2)

    def test_evenly_split(self):
        bands = np.full((90, 40), 2.0)
        bands[30:60] = 10.0
        labels, tones = align.equal_split(SOUNDS, bands, ["zh_o", "ong"], [0, 1])
        self.assertEqual([labels[0], labels[45], labels[-1]], [SILENCE, SOUNDS.pdfs["ong"][0], SILENCE])
        self.assertEqual([tones[33], tones[45]], [0, 1])
        self.assertTrue(((tones > 0) == np.isin(labels, SOUNDS.pdfs["ong"])).all())

    def test_tones_follow_their_finals(self):
        pdfs, _ = align.states(SOUNDS, ["zh_o", "ong", "g_u", "uo"])
        tones = align.state_tones(SOUNDS, ["zh_o", "ong", "g_u", "uo"], [0, 1, 0, 2])
        self.assertEqual(len(tones), len(pdfs))
        self.assertEqual(tones.tolist(), [0, 0, 1, 1, 0, 2, 2, 0])

    def test_silence_around_speech(self):
        bands = np.full((100, 40), 2.0)
        bands[40:60] = 10.0
        mask = align.outside(bands)
        self.assertTrue(mask[:30].all() and mask[70:].all())
        self.assertFalse(mask[40:60].any())


class Training(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.paths = config.Paths(Path("none"), Path(folder.name))
        random_state = np.random.RandomState(2)
        entries = [dict(id=f"u{i}", speaker=f"spk0{i % 3}", text="", start=150 * i, frames=150, speed=1.0, formants=None,
                        pronunciations=[["a"]], tones=[[1]]) for i in range(6)]
        np.save(self.paths.features / "multi.npy", (random_state.randn(900, 40) + 12).astype("f2"))
        (self.paths.features / "multi.json").write_text(json.dumps(entries))
        labels, tones = np.zeros(900, "i2"), np.zeros(900, "i1")
        for i, entry in enumerate(entries):
            labels[entry["start"] + 55:entry["start"] + 90] = SOUNDS.pdfs["a"][0]
            tones[entry["start"] + 55:entry["start"] + 90] = 1 + i % 4
        np.save(self.paths.features / "multi.labels.npy", labels)
        np.save(self.paths.features / "multi.tones.npy", tones)

    def _train(self, name, *steps):
        for count in steps:
            plan = config.Training(steps=4, batch=4, frames=90, save_every=count)
            if count != steps[-1]:
                self._stop_after(name, plan, count)
            else:
                train.run(self.paths, MANDARIN, name, plan, lambda data: train.new_net(data, plan, TINY))
        return net.load(self.paths.checkpoints / f"{name}.pt")[0].state_dict()

    def _stop_after(self, name, plan, count):
        data = batches.Data(self.paths, MANDARIN)
        stage = train.Stage(train.new_net(data, plan, TINY), self.paths.checkpoints / f"{name}.pt", SOUNDS.pdf_count)
        for step in range(count):
            stage.learn(*train.make_batch(data, plan, step), plan)
        stage.save()

    def test_resumed_is_the_same(self):
        """Batches and dropout depend on the seed and the step only."""
        whole, parts = self._train("whole", 4), self._train("parts", 2, 2)
        for name, value in whole.items():
            self.assertTrue(torch.allclose(value.float(), parts[name].float(), atol=1e-6), name)

    def test_pauses_are_noise_labelled_silence(self):
        data = batches.Data(self.paths, MANDARIN)
        bands, pdfs, tones, speech = data.batch(30, 200, random.Random(1))
        self.assertTrue((pdfs[~speech] == SILENCE).all())
        self.assertTrue(((tones > 0) == (pdfs == SOUNDS.pdfs["a"][0])).all())
        self.assertGreater((~speech).float().mean().item(), 0.05)
        heard = augment.augment(bands, speech, random.Random(2), torch.Generator().manual_seed(1), data.real_noise(30, 200, random.Random(3)))
        self.assertEqual(heard.shape, bands.shape)
        self.assertTrue(torch.isfinite(heard).all())


if __name__ == "__main__":
    unittest.main()
