"""Logistic regression by AdaGrad, in plain Python: the arithmetic of the classifier.

A lesson is the set of features of a comment and whether it is spam. What is learned from a set of
lessons is the same whatever their order: they are first sorted by a hash of their features.
"""

import threading
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import exp, sqrt
from typing import NamedTuple
from zlib import crc32

from comments.screening.features import LOOKS_START, PARTS_START, SIZE

PASSES = 5
RATE = 0.35
ENOUGH = 0.02  # a lesson that is known this well changes nothing
# How much the three blocks of features weigh together: words, their parts, and looks. A comment
# has many more parts than words, and each of them says less.
BLOCK_WEIGHTS = (1.0, 0.3, 1.0)
# So few passes leave the classifier timid. In bench.classifier, of 552 ham comments under videos
# that it had not seen, none was 96 % likely to be spam without this, and none is 99 % with it.
SHARPNESS = 1.5
UNIT = 1_000  # weights are stored as whole numbers of a thousandth: sums of them are exact
LIMIT = 32_767  # of a weight, in units
REST_EVERY, REST = 100, 0.005  # lessons, and seconds in which the worker's other threads go on

Weights = Sequence[int]  # one for each feature, in units; the last one is the bias
Blocks = list[tuple[float, Sequence[int]]]  # what each feature of a block counts, and the features


class Lesson(NamedTuple):
    """The features of a comment, sorted, and what a person decided."""

    indices: "array[int]"
    is_spam: bool


def blocks_of(indices: Sequence[int]) -> Blocks:
    """Return the sorted features of a comment in blocks; a long comment counts as a short one."""
    ends = [0, bisect_left(indices, PARTS_START), bisect_left(indices, LOOKS_START), len(indices)]
    pieces = [indices[start:end] for start, end in pairwise(ends)]
    return [
        (weight / sqrt(len(piece)), piece)
        for weight, piece in zip(BLOCK_WEIGHTS, pieces, strict=True)
        if piece
    ]


def fit(lessons: Iterable[Lesson], stopping: threading.Event | None = None) -> Weights | None:
    """Return what the lessons teach; None if `stopping` was set meanwhile."""
    stopping = stopping or threading.Event()
    weights, squares = [0.0] * (SIZE + 1), [1e-3] * (SIZE + 1)
    shuffled = sorted(lessons, key=lambda lesson: (crc32(lesson.indices), lesson))
    prepared = [(blocks_of(lesson.indices), lesson.is_spam) for lesson in shuffled]
    for _pass in range(PASSES):
        for number, (blocks, is_spam) in enumerate(prepared):
            learn(blocks, is_spam, weights, squares)
            if number % REST_EVERY == 0 and stopping.wait(REST):
                return None
    unit = SHARPNESS * UNIT
    return array("h", (round(max(-LIMIT, min(weight * unit, LIMIT))) for weight in weights))


def learn(blocks: Blocks, is_spam: bool, weights: list[float], squares: list[float]) -> None:
    """Move the weights a step towards one lesson; each feature's steps get smaller."""
    error = probability(weigh(weights, blocks)) - is_spam
    if abs(error) < ENOUGH:
        return
    for scale, indices in blocks:
        step, square = RATE * error * scale, (error * scale) ** 2
        for index in indices:
            squares[index] += square
            weights[index] -= step / sqrt(squares[index])
    squares[SIZE] += error * error
    weights[SIZE] -= RATE * error / sqrt(squares[SIZE])


def weigh(weights: Sequence[float], blocks: Blocks) -> float:
    """Return the sum of the weights of a comment's features, and the bias."""
    return weights[SIZE] + sum(scale * sum_of(weights, indices) for scale, indices in blocks)


def sum_of(weights: Sequence[float], indices: Iterable[int]) -> float:
    """Return the sum of the weights of some features."""
    return sum(map(weights.__getitem__, indices))


def predict(weights: Weights, indices: Sequence[int]) -> float:
    """Return how likely a comment with these features, sorted, each once, is spam: 0 to 1."""
    return probability(weigh(weights, blocks_of(indices)) / UNIT)


def scaled(weights: Weights, indices: Sequence[int]) -> dict[int, float]:
    """Return how much each of a comment's features, sorted, each once, adds to the sum."""
    return {
        index: weights[index] * scale / UNIT
        for scale, piece in blocks_of(indices)
        for index in piece
    }


def probability(total: float) -> float:
    """Return the logistic function of a sum of weights."""
    return 1 / (1 + exp(-max(-30.0, min(total, 30.0))))
