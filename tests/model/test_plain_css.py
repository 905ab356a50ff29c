"""Looks without layers rank as they do with them."""

import pytest

from wbs_app.plain_css import without_layers


def test_rules_come_in_the_order_of_their_layers_and_those_without_one_last() -> None:
    css = "@layer a, b;.loose{top:0}@layer b{.b{top:1px}}@layer a{.a{top:2px}}@layer b{.c{top:3px}}"
    assert without_layers(css) == ".a{top:2px}.b{top:1px}.c{top:3px}.loose{top:0}"


def test_what_stands_in_a_rule_stays_in_it() -> None:
    css = "@layer a{@media print{.a{top:0}.b{top:1px}}}@font-face{src:url(a.woff2)}"
    assert without_layers(css) == "@media print{.a{top:0}.b{top:1px}}@font-face{src:url(a.woff2)}"


@pytest.mark.parametrize("text", ['"}"', "'@charset{;'", '"\\"}"', 'url("data:;{")'])
def test_braces_in_strings_are_no_braces(text: str) -> None:
    assert without_layers(f"@layer a{{.a{{content:{text}}}}}.b{{top:0}}") == f".a{{content:{text}}}.b{{top:0}}"


def test_comments_are_left_out() -> None:
    assert without_layers("/* @layer x { */@layer a{.a{top:0}/* } */}") == ".a{top:0}"


def test_looks_of_elements_go_before_those_of_an_earlier_layer() -> None:
    assert without_layers("@layer a{h1{top:0}}@layer b{:where(h1){top:1px}}") == "h1{top:0}:is(h1){top:1px}"


def test_a_layer_within_a_rule_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="layer"):
        without_layers("@media print{@layer a{.a{top:0}}}")
