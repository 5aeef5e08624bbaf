"""am/final.mdl as Kaldi's C++ reads it: a transition model and an nnet3 net, binary.

A file starts with "\\0B". Tokens are ASCII with a space behind. Integers and floats have their size in bytes before them,
all little endian; vectors are "FV " and a length, matrices "FM ", rows and columns, row by row.
"""
import math
import struct

import numpy as np


def token(text):
    return text.encode() + b" "


def integer(value):
    return b"\x04" + struct.pack("<i", value)


def real(value):
    return b"\x04" + struct.pack("<f", value)


def integers(values):
    return b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes()


def vector(values):
    values = np.asarray(values, "<f4")
    return b"FV " + integer(len(values)) + values.tobytes()


def matrix(values):
    values = np.ascontiguousarray(values, "<f4")
    return b"FM " + integer(values.shape[0]) + integer(values.shape[1]) + values.tobytes()


def transition_model(inventory):
    """Topologies of one and two states, the (phone, state, pdf) triples and equal probabilities."""
    phones = list(range(1, len(inventory.phones)))
    states = [len(inventory.hmms[inventory.phone_unit[phone]]) for phone in phones]
    out = token("<TransitionModel>") + token("<Topology>") + integers(phones) + integers([-1] + [n - 1 for n in states])
    out += integer(max(states))  # topologies; a −1 here would announce a chain model
    for count in range(1, max(states) + 1):
        out += integer(count + 1)
        for state in range(count):
            out += integer(state) + integer(2) + integer(state) + real(0.5) + integer(state + 1) + real(0.5)
        out += integer(-1) + integer(0)  # the last state emits nothing
    out += token("</Topology>") + token("<Triples>") + integer(len(inventory.triples))
    out += b"".join(integer(value) for triple in inventory.triples for value in triple)
    out += token("</Triples>")
    logs = np.full(inventory.transition_count + 1, math.log(0.5), "f4")
    logs[0] = 0
    return out + token("<LogProbs>") + vector(logs) + token("</LogProbs>") + token("</TransitionModel>")


def _affine(weight, bias):
    return (token("<FixedAffineComponent>") + token("<LinearParams>") + matrix(weight) + token("<BiasParams>") + vector(bias)
            + token("</FixedAffineComponent>"))


def _nonlinear(kind, size):
    return (token(f"<{kind}Component>") + token("<Dim>") + integer(size) + token("<ValueAvg>") + vector([]) + token("<DerivAvg>")
            + vector([]) + token("<Count>") + b"\x08" + struct.pack("<d", 0.0) + token(f"</{kind}Component>"))


def acoustic_model(layers, heads, join, inputs, priors):
    """The net.

    layers: dicts of name, offsets, weight and bias (see net.plain_layers), each followed by a ReLU.
    heads: (name, weight, bias, floor), log-softmaxes of the last layer, as the amount over a floor that is not None.
    join: (weight, bias) of all heads' outputs, which is the net's output.
    libvosk subtracts the logarithms of `priors` from the net's output.
    """
    config, components, previous = [f"input-node name=input dim={inputs}"], [], "input"

    def node(name, source, component):
        config.append(f"component-node name={name} component={name} input={source}")
        components.append((name, component))
        return name

    for layer in layers:
        shifted = [f"Offset({previous}, {offset})" if offset else previous for offset in layer["offsets"]]
        source = shifted[0] if len(shifted) == 1 else "Append(" + ", ".join(shifted) + ")"
        affine = node(layer["name"] + ".affine", source, _affine(layer["weight"], layer["bias"]))
        previous = node(layer["name"] + ".relu", affine, _nonlinear("RectifiedLinear", len(layer["bias"])))
    ends = []
    for name, weight, bias, floor in heads:
        end = node(f"{name}.log-softmax", node(f"{name}.affine", previous, _affine(weight, bias)), _nonlinear("LogSoftmax", len(bias)))
        if floor is not None:
            over = node(f"{name}.over", end, _affine(np.eye(len(bias)), np.full(len(bias), -floor)))
            end = node(f"{name}.floor", over, _nonlinear("RectifiedLinear", len(bias)))
        ends.append(end)
    node("join", "Append(" + ", ".join(ends) + ")", _affine(*join))
    config.append("output-node name=output input=join objective=linear")
    out = token("<Nnet3>") + b"\n" + "\n".join(config).encode() + b"\n\n" + token("<NumComponents>") + integer(len(components))
    out += b"".join(token("<ComponentName>") + token(name) + component for name, component in components)
    # libvosk works the contexts out itself.
    return (out + token("</Nnet3>") + token("<LeftContext>") + integer(0) + token("<RightContext>") + integer(0)
            + token("<Priors>") + vector(priors))


def write(path, inventory, *net):
    """final.mdl; `net` as acoustic_model takes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\0B" + transition_model(inventory) + acoustic_model(*net))
