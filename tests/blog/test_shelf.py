"""The shelf of kept pages: as much as there is room for, and nothing that is of no use."""

from pagecache.store import CachedPage, PageStore, compress


def page(text: str, generation: str = "now") -> CachedPage:
    return compress(text.encode(), [("Content-Type", "text/html")], generation, 0, 9e9)


def test_the_oldest_pages_make_room_for_new_ones() -> None:
    size = page("x" * 1000).size
    shelf = PageStore(room=3 * size)
    for name in "abcd":
        shelf.put(name, page("x" * 1000))
    assert [name for name in "abcd" if shelf.get(name)] == ["b", "c", "d"]
    assert shelf.taken == 3 * size


def test_a_page_made_again_takes_its_own_place() -> None:
    shelf = PageStore()
    shelf.put("a", page("old"))
    shelf.put("a", page("new"))
    assert shelf.taken == page("new").size
    assert shelf.get("a").answers[""][0] == b"new"


def test_after_a_change_the_pages_before_it_make_room() -> None:
    shelf = PageStore()
    shelf.put("a", page("old", generation="before"))
    shelf.put("b", page("new", generation="after"))
    assert shelf.get("a") is None
    assert shelf.taken == page("new").size
