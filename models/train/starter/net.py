"""The acoustic model: a time-delay net from MFCC to log-probabilities of pdfs, and its export to plain affine layers.

Input is 40-dimensional unnormalised MFCC, as libvosk feeds it; the first layer's mean and variance play the part of
cepstral normalisation, the only kind that a model directory without i-vectors can hold. Outputs come every 30 ms.
"""
import torch
from torch import nn
from torch.nn import functional

from . import features

# (name, offsets in input frames, outputs). The first layer reads nine frames, the others work on the grid of three.
SMALL = [("tdnn1", list(range(-4, 5)), 256), ("tdnn2", [-3, 0, 3], 256), ("tdnn3", [-3, 0, 3], 256),
         ("tdnn4", [-6, 0, 6], 256), ("tdnn5", [-6, 0, 6], 256), ("prefinal", [0], 192)]
WIDE = [(name, offsets, 256 if name == "prefinal" else 384) for name, offsets, _ in SMALL]
STRIDE = 3


class Net(nn.Module):
    """`layers` as above. `mean` and `std` are of the input, [40]. The `outputs` are the pdfs and then the tones."""

    def __init__(self, layers, outputs, mean=None, std=None, dropout=0.1):
        super().__init__()
        self.layers = layers
        self.register_buffer("mean", torch.zeros(features.BANDS) if mean is None else mean)
        self.register_buffer("std", torch.ones(features.BANDS) if std is None else std)
        self.aff, self.bn = nn.ModuleList(), nn.ModuleList()
        width = features.BANDS
        for _, offsets, size in layers:
            self.aff.append(nn.Conv1d(width, size, len(offsets)))
            self.bn.append(nn.BatchNorm1d(size))
            width = size
        self.out = nn.Conv1d(width, outputs, 1)
        self.drop = nn.Dropout(dropout)

    @property
    def context(self):
        """Frames that the net reads before and after the one it names."""
        return sum(offsets[-1] for _, offsets, _ in self.layers)

    def forward(self, cepstra, every_frame=False):
        """[batch, frames, 40] → scores [batch, pdfs and tones, times]; the first is of frame `context`.

        Nothing is padded. With `every_frame` an output comes each 10 ms (for alignments) instead of each 30 ms.
        """
        x = ((cepstra - self.mean) / self.std).transpose(1, 2)
        for i, (_, offsets, _) in enumerate(self.layers):
            step = offsets[1] - offsets[0] if len(offsets) > 1 else 1
            dilation, stride = step, 1
            if not every_frame:
                dilation, stride = (1, STRIDE) if i == 0 else (max(1, step // STRIDE), 1)
            x = functional.conv1d(x, self.aff[i].weight, self.aff[i].bias, stride=stride, dilation=dilation)
            x = self.bn[i](torch.relu(x))
            if self.training:
                # Whole channels of a sequence: drawing one number a frame cost a sixth of a step.
                x = x * self.drop(torch.ones(x.shape[0], x.shape[1], 1, dtype=x.dtype))
        return self.out(x)

    def plain_layers(self):
        """Layers for kaldi.acoustic_model: normalisations are folded into the affine maps that follow, exactly."""
        self.eval()
        plain = []
        scale, shift = 1 / self.std, -self.mean / self.std
        affine = [*zip(self.layers, self.aff, self.bn), (("output", [0], None), self.out, None)]
        for (name, offsets, _), convolution, norm in affine:
            weight = convolution.weight.detach()  # [outputs, inputs, offsets]
            bias = convolution.bias.detach() + (weight * shift[None, :, None]).sum((1, 2))
            weight = weight * scale[None, :, None]
            spliced = torch.cat([weight[:, :, j] for j in range(len(offsets))], 1)
            plain.append(dict(name=name, offsets=offsets, weight=spliced.numpy(), bias=bias.numpy()))
            if norm is not None:
                scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
                shift = norm.bias.detach() - norm.running_mean * scale
        return plain


def widen(small, layers, outputs):
    """A net of wider `layers` that computes exactly what `small` does, to go on from.

    The new outputs of a layer start at random and nothing reads them yet, so that the first step already finds a
    gradient for what reads them.
    """
    wide = Net(layers, outputs, small.mean, small.std)
    with torch.no_grad():
        width = features.BANDS
        for i, small_layer in enumerate(small.aff):
            outputs = small_layer.out_channels
            wide.aff[i].weight[:outputs, width:] = 0
            wide.aff[i].weight[:outputs, :width] = small_layer.weight
            wide.aff[i].bias[:outputs] = small_layer.bias
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(wide.bn[i], name)[:outputs] = getattr(small.bn[i], name)
            width = outputs
        known = small.out.out_channels  # the first model knew no tones and no other languages
        wide.out.weight[:known, width:] = 0
        wide.out.weight[:known, :width] = small.out.weight
        wide.out.bias[:known] = small.out.bias
    return wide


def narrow(wide, layers, outputs):
    """A net of `layers` that starts with the channels of `wide` that its next layers hear most; the outputs are new."""
    small = Net(layers, outputs, wide.mean, wide.std)
    kept = torch.arange(features.BANDS)
    with torch.no_grad():
        for i, (_, _, size) in enumerate(layers):
            following = [*wide.aff, wide.out][i + 1].weight
            heard = following.abs().sum((0, 2)) * wide.bn[i].weight.abs()
            best = heard.topk(size).indices.sort().values
            small.aff[i].weight.copy_(wide.aff[i].weight[best][:, kept])
            small.aff[i].bias.copy_(wide.aff[i].bias[best])
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(small.bn[i], name).copy_(getattr(wide.bn[i], name)[best])
            kept = best
    return small, kept


def save(path, net, prior, **more):
    """Writes a checkpoint; `prior` are the pdfs' shares of the training frames."""
    temporary = path.with_suffix(".tmp")
    torch.save(dict(model=net.state_dict(), layers=net.layers, prior=prior, **more), temporary)
    temporary.rename(path)


def load(path):
    """(net, the whole checkpoint). A checkpoint without `layers` is the first model's."""
    checkpoint = torch.load(path, map_location="cpu")
    net = Net(checkpoint.get("layers", SMALL), len(checkpoint["model"]["out.weight"]))
    net.load_state_dict(checkpoint["model"])
    net.eval()
    return net, checkpoint
