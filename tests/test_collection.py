import gc

from symbl_cli.collection import without_collection


def test_garbage_is_not_looked_for_meanwhile_and_again_afterwards() -> None:
    assert gc.isenabled()
    with without_collection():
        with without_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.unfreeze()
