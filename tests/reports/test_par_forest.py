"""The drawing of a block."""

from dataclasses import replace

from reports.par_forest import par_forest, par_forest_parts
from reports.svg_renderer import svg
from tests.reports.par_contents import AN_CO, COMMUNES


def test_every_unit_with_an_index_is_drawn_with_its_places() -> None:
    drawn = svg(par_forest(COMMUNES)).decode()
    assert [name in drawn for name in ("Xã An Cọ", "Phường Cao Sơn", "Xã Dốc")] == [True, True, False]
    assert ">1–2<" in drawn
    assert "88,50" in drawn
    assert drawn.index("Xã An Cọ") < drawn.index("Phường Cao Sơn")


def test_a_long_block_is_drawn_in_parts() -> None:
    many = replace(COMMUNES, units=tuple(replace(AN_CO, name=f"Xã số {n}") for n in range(90)))
    figures = par_forest_parts(many, first=400, later=700)
    assert len(figures) > 1
    assert figures[1].get_label() == "Chỉ số khối xã, phường (tiếp theo)"
    assert all(figure.get_size_inches()[1] * 72 <= 700 for figure in figures)
