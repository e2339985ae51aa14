"""The page store of a process: a limited size, and eviction of the least recently used page."""

import threading

from pagecache.store import CachedPage, KeyLocks, PageStore, compress


def page(text: str, version: str = "now") -> CachedPage:
    return compress(text.encode(), [("Content-Type", "text/html")], version, 0, 9e9)


def test_the_least_recently_used_page_is_evicted_first() -> None:
    size = page("x" * 1000).size
    store = PageStore(max_bytes=3 * size)
    for name in "abc":
        store.put(name, page("x" * 1000))
    store.get("a")
    store.put("d", page("x" * 1000))
    assert [name for name in "abcd" if store.get(name)] == ["a", "c", "d"]
    assert store.size == 3 * size


def test_a_page_replaces_the_one_with_the_same_key() -> None:
    store = PageStore()
    store.put("a", page("old"))
    store.put("a", page("new"))
    assert store.size == page("new").size
    kept = store.get("a")
    assert kept
    assert kept.bodies[""][0] == b"new"


def test_pages_of_an_older_version_are_removed() -> None:
    store = PageStore()
    store.put("a", page("old", version="before"))
    store.put("b", page("new", version="after"))
    assert store.get("a") is None
    assert store.size == page("new").size


def test_one_thread_at_a_time_holds_a_key() -> None:
    locks, holders, most = KeyLocks(), [], []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for _round in range(200):
            with locks.hold("a"):
                holders.append(threading.get_ident())
                most.append(len(holders))
                holders.pop()

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1] * 1600
    assert not locks.locks


def test_another_key_is_held_meanwhile() -> None:
    locks = KeyLocks()
    with locks.hold("a"), locks.hold("b"):
        assert set(locks.locks) == {"a", "b"}
    assert not locks.locks
