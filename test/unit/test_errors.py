"""Errors raised on purpose can be told from bugs, and name the valid choices."""

import inspect

import pytest

from gpss_pose_ros import errors

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if kind.__module__ == errors.__name__
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_the_one_base(kind):
    assert issubclass(kind, errors.GpssError)


def test_a_bad_argument_is_a_value_error_too():
    with pytest.raises(ValueError, match="seven"):
        raise errors.InputError("seven")


def test_an_unknown_choice_names_place_value_and_choices():
    sentence = errors.unknown_choice("codec", "argmin", iter(["argmax", "dark"]), "model.yaml")
    assert sentence == "model.yaml: unknown codec 'argmin'; valid: argmax, dark"
    assert errors.unknown_choice("codec", 3, ("a",)) == "unknown codec 3; valid: a"
