"""What the classifier sees of a comment: words and parts of words, links and hosts, and its looks.

Each feature is a number below SIZE, the hash of its text (the "hashing trick"): no list of words is
kept anywhere. The hash is CRC-32, which is the same in every process and every release of Python.
"""

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import NamedTuple, Protocol
from zlib import crc32

from core.text import fold

# What is longer is looked at in its beginning and its end, so that no text takes long.
TEXT_HEAD, TEXT_TAIL = 1_500, 500  # characters
WORDS_HEAD, WORDS_TAIL = 120, 40
LETTERS = 800  # characters that are counted by their kind
WORD_LENGTH = 16  # letters of a word that are looked into
MAX_LINKS, MAX_SIGNS, MAX_PATH_WORDS, MAX_NAME_WORDS = 10, 20, 10, 6


class Kind(NamedTuple):
    """A kind of features: where its numbers begin, and how many of them there are.

    `seed` starts the hash, so that the same text is another feature in each kind.
    """

    seed: int
    start: int
    mask: int


# Three blocks of features, which weigh differently: words, their parts, and how a comment looks.
PARTS_START, LOOKS_START = 1 << 17, 1 << 18
SIZE = LOOKS_START + (1 << 14)
WORD, PAIR, NAME, SIGN = (Kind(seed, 0, PARTS_START - 1) for seed in range(4))
PART, PATH = (Kind(seed, PARTS_START, PARTS_START - 1) for seed in range(4, 6))
FACT, HOST, ENDING, SITE, MAIL = (
    Kind(seed, LOOKS_START, SIZE - LOOKS_START - 1) for seed in range(6, 11)
)

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]}]+", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
# Chinese and Japanese do not part their words by spaces: four letters are one.
TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]{1,4}"
    r"|[^\W_\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+"
    r"(?:['’][^\W_\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+)*"
)
SIGNS = re.compile(r"[^\w\s]{2,6}")
MARKUP = re.compile(r"<a\s|\[url|\]\(", re.IGNORECASE)
# Zero-width characters, directions and soft hyphens break words for machines only. Two Arabic signs
# stand for whole sentences: a text of them takes long to fold.
INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060])
INVISIBLE |= dict.fromkeys([0xFDFA, 0xFDFB])
FIRST_CJK = "\u3040"  # from here on one letter says as much as several of an alphabet


class Text(Protocol):
    """A comment, or anything else with the same fields."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def website(self) -> str: ...
    @property
    def body(self) -> str: ...


class Group(NamedTuple):
    """The features of one word or host; without a label, of something that has no name."""

    label: str
    indices: tuple[int, ...]


def feature(kind: Kind, text: str) -> int:
    """Return the number of a feature."""
    return kind.start + (crc32(text.encode("utf-8", "surrogatepass"), kind.seed) & kind.mask)


def indices_of(comment: Text) -> "array[int]":
    """Return the features of a comment, each once, in the order of their numbers."""
    found = {index for group in describe(comment) for index in group.indices}
    return array("I", sorted(found))


def describe(comment: Text) -> list[Group]:
    """Return the features of a comment in groups."""
    body = shorten(comment.body)
    text = unescape(body).translate(INVISIBLE)
    links = LINK.findall(text)
    plain = TAG.sub(" ", LINK.sub(" ", text))
    return [
        *word_groups(plain),
        *link_groups(links[:MAX_LINKS]),
        *website_groups(comment.website),
        *sender_groups(comment),
        Group("", tuple(facts(text, plain, len(links)))),
        Group("", tuple(feature(SIGN, sign) for sign in SIGNS.findall(plain)[:MAX_SIGNS])),
    ]


def shorten(text: str) -> str:
    """Return the beginning and the end of a long text."""
    if len(text) <= TEXT_HEAD + TEXT_TAIL:
        return text
    return f"{text[:TEXT_HEAD]} {text[-TEXT_TAIL:]}"


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded; of a long one, those of its beginning and end."""
    words = TOKEN.findall(shorten(fold(text)))
    if len(words) > WORDS_HEAD + WORDS_TAIL:
        words = words[:WORDS_HEAD] + words[-WORDS_TAIL:]
    return [word[:WORD_LENGTH] for word in words]


def word_groups(text: str) -> Iterator[Group]:
    """Yield the words of a text; the pair of a word and the one before belongs to the word."""
    before = ""
    for word in words_of(text):
        yield Group(word, (*word_features(word), feature(PAIR, f"{before} {word}")))
        before = word


@lru_cache(maxsize=4096)
def word_features(word: str) -> tuple[int, ...]:
    """Return the features of a word: itself, and its parts of three and four letters."""
    if word >= FIRST_CJK:
        return (feature(WORD, word), *parts_of(word, 1), *parts_of(word, 2))
    return (feature(WORD, word), *parts_of(word, 3), *parts_of(word, 4))


def parts_of(word: str, size: int) -> list[int]:
    """Return the features of all parts of a word that have so many letters."""
    seed, start, mask = PART
    letters = word.encode("utf-32-le", "surrogatepass")  # four bytes each
    places = range(0, len(letters) - 4 * size + 1, 4)
    return [start + (crc32(letters[at : at + 4 * size], seed) & mask) for at in places]


def link_groups(links: list[str]) -> Iterator[Group]:
    """Yield the hosts of the links in a text, and the words of their paths."""
    for link in links:
        host, path = split_address(link)
        yield Group(host, host_features(host))
        yield Group("", tuple(feature(PATH, word) for word in words_of(path)[:MAX_PATH_WORDS]))


def website_groups(website: str) -> Iterator[Group]:
    """Yield the host of the sender's website, and the words of its path."""
    if not website:
        return
    host, path = split_address(website)
    labels = host.split(".")
    own = (feature(SITE, host), feature(SITE, "." + labels[-1]), feature(SITE, ""))
    yield Group(host, (*host_features(host), *own))
    path_words = words_of(path)[:MAX_PATH_WORDS]
    depth = f"path {min(path.count('/'), 4)} {bool(path_words)}"
    yield Group("", (feature(SITE, depth), *(feature(PATH, word) for word in path_words)))


def split_address(address: str) -> tuple[str, str]:
    """Return the host of an address, without "www.", and what follows it."""
    rest = address.partition("://")[2] or address
    host = re.split(r"[/?#:\\]", rest, maxsplit=1)[0]
    host = fold(host.rpartition("@")[2]).removeprefix("www.")[:100]
    return host, rest[len(host) :][:200]


@lru_cache(maxsize=1024)
def host_features(host: str) -> tuple[int, ...]:
    """Return the features of a host: itself, its domain, its ending, and the words in it."""
    labels = host.split(".")
    pieces = [piece for label in labels[:-1] for piece in label.split("-") if piece]
    return (
        feature(HOST, host),
        feature(HOST, ".".join(labels[-2:])),
        feature(ENDING, labels[-1]),
        *(index for piece in pieces[:6] for index in word_features(piece[:WORD_LENGTH])),
    )


def sender_groups(comment: Text) -> Iterator[Group]:
    """Yield the words of the sender's name, and the host of the e-mail address."""
    for word in words_of(comment.name)[:MAX_NAME_WORDS]:
        yield Group(word, (feature(NAME, word),))
    if host := fold(comment.email.rpartition("@")[2]):
        yield Group(host, (feature(MAIL, host), feature(MAIL, host.rpartition(".")[2])))


def facts(text: str, plain: str, links: int) -> Iterator[int]:
    """Yield what a comment looks like: how long, how loud, in which letters, with which markup."""
    begin = plain[:LETTERS]
    letters = sum(map(str.isalpha, begin)) or 1
    capitals = sum(map(str.isupper, begin))
    foreign = 0 if begin.isascii() else sum(letter > "\u024f" for letter in begin)
    yield feature(FACT, f"length {len(plain).bit_length()}")
    yield feature(FACT, f"links {min(links, 5)}")
    yield feature(FACT, f"capitals {share(capitals, letters)}")
    yield feature(FACT, f"foreign {share(foreign, letters)}")
    yield feature(FACT, f"shouts {min(plain.count('!'), 4)}")
    if MARKUP.search(text):
        yield feature(FACT, "markup")


def share(part: int, whole: int) -> int:
    """Return a share as a step of eight; any share above none is at least the first."""
    return min(-(-8 * part // whole), 8)
