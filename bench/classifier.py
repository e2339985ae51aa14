"""Measure the classifier on real comments that people labelled: `python -m bench.classifier`.

The comments are not part of the project; `../shared/data/README.md` describes them, and what a
careful baseline reached, which the marks here are. Where they are missing, nothing is measured.
Nothing but decisions is learned from, always the older ones, and the rest is judged.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import mean
from typing import NamedTuple

from bench.corpus import (
    FOLDER,
    Sample,
    sms_samples,
    wordpress_samples,
    youtube_samples,
    youtube_videos,
)
from bench.table import Table, milliseconds, say
from bench.worst_texts import COMMENT, cases
from comments.screening import logistic
from comments.screening.features import indices_of, word_features

SURE = 0.99  # the fixed cut at which the baseline flagged none of the ham
DECISIONS = (50, 100, 200, 500)
MOST = 5_000  # decisions that the site learns from: classifier.LESSONS of each kind


class Judged(NamedTuple):
    """The likelihoods that comments got which the classifier had not seen."""

    ham: list[float]
    spam: list[float]

    def __add__(self, other: "Judged") -> "Judged":  # type: ignore[override]
        return Judged(self.ham + other.ham, self.spam + other.spam)

    @property
    def auc(self) -> float:
        """Return how often spam is found likelier than ham, over all pairs."""
        ham, spam = Counter(self.ham), Counter(self.spam)
        pairs = below = 0.0
        for likelihood in sorted(ham | spam):
            pairs += spam[likelihood] * (below + ham[likelihood] / 2)  # equal ones count half
            below += ham[likelihood]
        return pairs / (len(self.ham) * len(self.spam) or 1)

    def recall(self, false_positives: float) -> float:
        """Return which share of the spam is found where that share of the ham is flagged."""
        allowed = int(false_positives * len(self.ham))
        cut = sorted(self.ham, reverse=True)[allowed]
        return sum(p > cut for p in self.spam) / len(self.spam)

    def accuracy(self) -> float:
        """Return the share that is judged right at a half."""
        right = sum(p < 0.5 for p in self.ham) + sum(p >= 0.5 for p in self.spam)
        return right / (len(self.ham) + len(self.spam))


def learn(samples: Sequence[Sample]) -> logistic.Weights:
    """Return what the decisions about some comments teach."""
    weights = logistic.fit(logistic.Lesson(indices_of(each), each.is_spam) for each in samples)
    assert weights is not None
    return weights


def judge(weights: logistic.Weights, samples: Sequence[Sample]) -> Judged:
    """Judge comments."""
    judged = Judged([], [])
    for each in samples:
        found = judged.spam if each.is_spam else judged.ham
        found.append(logistic.predict(weights, indices_of(each)))
    return judged


def in_time_order(samples: Sequence[Sample]) -> list[Sample]:
    """Return comments by date, ham and spam mixed evenly, as a moderator would have got them.

    The sources are of different years: mixed by date alone, all the ham would come first.
    """
    placed = []
    for is_spam in (False, True):
        some = sorted((s for s in samples if s.is_spam == is_spam), key=lambda each: each.date)
        placed += [((number + 0.5) / len(some), each) for number, each in enumerate(some)]
    return [each for _place, each in sorted(placed, key=lambda pair: pair[0])]


def text_only(samples: Sequence[Sample]) -> list[Sample]:
    """Return comments without their senders."""
    return [each._replace(name="", website="") for each in samples]


def measure_videos(table: Table) -> None:
    """Leave one of three videos out; then learn from the oldest comments of one."""
    videos = [text_only(video) for video in youtube_videos()]
    each, all_judged = [], Judged([], [])
    for left_out, video in enumerate(videos):
        others = [s for number, some in enumerate(videos) if number != left_out for s in some]
        each.append(judge(learn(in_time_order(others)), video))
        all_judged += each[-1]
    name = "leave one video out"
    expect(table, f"{name}: AUC", mean(judged.auc for judged in each), 0.982)
    expect(table, f"{name}: accuracy", mean(judged.accuracy() for judged in each), 0.931)
    expect(table, f"{name}: recall at 1 %", mean(judged.recall(0.01) for judged in each), 0.72)
    found = sum(p >= SURE for p in all_judged.spam) / len(all_judged.spam)
    expect(table, f"{name}: recall at {SURE}", found, 0.42)
    flagged = sum(p >= SURE for p in all_judged.ham)
    table.expect(
        f"{name}: ham flagged at {SURE}", f"{flagged} of {len(all_judged.ham)}", not flagged, "0"
    )
    for number, mark in ((50, 0.75), (100, 0.83), (200, 0.79)):
        recalls = []
        for video in videos:
            ordered = sorted(video, key=lambda each: each.date)
            recalls.append(judge(learn(ordered[:number]), ordered[number:]).recall(0.01))
        expect(table, f"oldest {number} of a video: recall at 1 %", mean(recalls), mark)
        table.note(f"oldest {number} of a video, each", " ".join(f"{r:.2f}" for r in recalls))


def measure_blogs(table: Table) -> None:
    """Learn from blog comments in time order: their texts alone, then with their websites."""
    samples = in_time_order(list(wordpress_samples()))
    for number, mark in ((100, 0.908), (500, 0.980), (2_000, 0.994)):
        texts = text_only(samples)
        auc = judge(learn(texts[:number]), texts[number:]).auc
        expect(table, f"blogs, text only, {number} decisions: AUC", auc, mark)
    measure_decisions(table, "blogs, text only", text_only(samples))
    measure_decisions(table, "blogs, with websites", samples)


def measure_decisions(table: Table, name: str, samples: list[Sample]) -> None:
    """Learn from the oldest decisions, more and more of them; all is the older half."""
    half = len(samples) // 2
    for number in (*DECISIONS, half):
        judged = judge(learn(samples[:number]), samples[max(number, half) :])
        count = "all" if number == half else number
        table.note(f"{name}, {count} decisions", figures(judged))


def measure_across_sources(table: Table) -> None:
    """Learn on one site and judge another; then add the first 100 decisions of that one."""
    videos = in_time_order(text_only(list(youtube_samples())))
    blogs = in_time_order(text_only(list(wordpress_samples())))
    for name, known, other in (
        ("videos to blogs", videos, blogs),
        ("blogs to videos", blogs, videos),
    ):
        table.note(f"{name}, none of its own decisions", figures(judge(learn(known), other[100:])))
        both = judge(learn([*known, *other[:100]]), other[100:])
        table.note(f"{name}, and 100 of its own", figures(both))


def measure_time(table: Table) -> None:
    """Measure scoring, its worst texts, and learning."""
    samples = [*youtube_samples(), *wordpress_samples()]
    weights = learn(samples[:1_606])
    start = time.process_time()
    judge(weights, samples)
    each = (time.process_time() - start) / len(samples)
    table.expect("score a comment", milliseconds(each), each < 0.002, "2 ms")
    worst = max(seconds_to_score(weights, text) for text in worst_texts())
    table.expect("score the worst of all texts", milliseconds(worst), worst < 0.002, "2 ms")
    start = time.perf_counter()
    learn(samples[:1_606])
    table.note("learn 1,606 decisions", f"{time.perf_counter() - start:.1f} s")
    many = [
        s._replace(body=f"{s.body} {samples[-n % len(samples)].body} {n}")
        for n, s in enumerate(samples * 2)
    ][:MOST]
    start = time.perf_counter()
    learn(many)
    table.note(f"learn {len(many):,} longer decisions", f"{time.perf_counter() - start:.1f} s")


def worst_texts() -> list[str]:
    """Return long texts: those that are hardest for the renderer, and words that never repeat."""
    letters = "".join(chr(97 + number * number % 26) for number in range(200))
    words = " ".join(letters[n % 170 : n % 170 + 12] + str(n) for n in range(400))[:5_000]
    letters = "".join(chr(0x4E00 + number * 7 % 20_000) for number in range(5_000))
    return [
        *cases(COMMENT[0]).values(),
        words,
        letters,
        " ".join(letters[:2_500]),
        "\ufdfa" * 5_000,
    ]


def seconds_to_score(weights: logistic.Weights, text: str) -> float:
    """Return the CPU time of the shorter of two runs, neither of which knows any word."""
    runs = []
    for _run in range(2):
        word_features.cache_clear()
        start = time.process_time()
        logistic.predict(weights, indices_of(Sample("", "", text, False)))
        runs.append(time.process_time() - start)
    return min(runs)


def expect(table: Table, work: str, figure: float, mark: float) -> None:
    """Add a figure that should not be below its mark, to as many digits as the mark has."""
    digits = len(str(mark).partition(".")[2])
    table.expect(work, f"{figure:.3f}", round(figure, digits) >= mark, f"{mark}")


def figures(judged: Judged) -> str:
    """Return AUC, recall at two shares of false positives, and what the fixed cut flags."""
    flagged = sum(p >= SURE for p in judged.ham)
    return (
        f"AUC {judged.auc:.3f}, recall {judged.recall(0.01):.2f} at 1 %, "
        f"{judged.recall(0.005):.2f} at 0.5 %; {flagged} of {len(judged.ham)} ham at {SURE}"
    )


def main() -> int:
    """Measure everything; return an exit status."""
    if not FOLDER.is_dir():
        say(f"Not run: {FOLDER} is missing.")
        return 0
    table = Table()
    for measure in MEASURES:
        measure(table)
    return table.finish()


def measure_messages(table: Table) -> None:
    """Learn from short messages: something else than comments, with much more ham."""
    measure_decisions(table, "short messages", list(sms_samples()))


MEASURES: list[Callable[[Table], None]] = [
    measure_videos,
    measure_blogs,
    measure_across_sources,
    measure_messages,
    measure_time,
]

if __name__ == "__main__":
    sys.exit(main())
