"""Our frozen dataclasses beside the standard library's."""

import copy
import dataclasses
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, field, replace

import pytest

from symbl_cli.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is."""

    street: str
    number: int = 1
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    event: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Base):
    text: str
    secret: str = field(default="", repr=False, compare=False)

    @property
    def length(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@pytest.mark.parametrize(
    "value", [Place("High", 2), Place("High"), Said(text="yes", event=4), Nothing()]
)
def test_a_value_survives_pickling_copying_and_replacing(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value
    assert replace(value) == value  # type: ignore[type-var] # each is a dataclass


def test_values_are_equal_by_class_and_fields() -> None:
    assert Place("High", 2) == Place(number=2, street="High")
    assert Place("High", 2) != Place("High", 3)
    assert Said(text="yes", secret="a") == Said(text="yes", secret="b")
    assert Base() != Said(text="")
    assert len({Said(text="yes"), Said(text="yes"), Said(text="no")}) == 2


def test_a_value_is_shown_like_the_call_that_makes_it() -> None:
    assert repr(Place("High")) == "Place(street='High', number=1, notes={})"
    assert repr(Said(text="yes", secret="x")) == "Said(event=None, text='yes')"


def test_a_default_factory_is_called_for_each() -> None:
    assert Place("High").notes is not Place("High").notes


def test_a_value_is_matched_by_position_where_it_may_be_made_so() -> None:
    match Place("High", 2):
        case Place(street, number):
            assert (street, number) == ("High", 2)
    assert Said.__match_args__ == ()
    assert [one.name for one in dataclasses.fields(Said)] == ["event", "text", "secret"]


def test_a_value_cannot_be_changed() -> None:
    place = Place("High")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        place.number = 2  # type: ignore[misc] # the checker knows as well
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
        del place.number
    assert not hasattr(place, "__dict__")


def test_what_a_class_defines_itself_stays() -> None:
    @dataclass(frozen=True, slots=True)
    class Loud:
        text: str

        def __repr__(self) -> str:
            return self.text.upper()

    assert repr(Loud("yes")) == "YES"


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(TypeError, match=r"Place\(\) lacks 'street'"):
        Place()  # type: ignore[call-arg] # meant
    with pytest.raises(TypeError, match=r"Place\(\) has no 'colour'"):
        Place("High", colour="red")  # type: ignore[call-arg] # meant
    with pytest.raises(TypeError, match="too much by position"):
        Place("High", street="Low")  # type: ignore[misc] # meant
    with pytest.raises(TypeError, match="too much by position"):
        Said("yes")  # type: ignore[call-arg, arg-type] # meant


def test_other_kinds_of_dataclass_are_left_to_the_standard_library() -> None:
    with pytest.raises(TypeError, match="frozen classes with slots alone"):
        dataclass(frozen=True, slots=False)
