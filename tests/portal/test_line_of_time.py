from datetime import date

from portal.views.line_of_time import Span, draw

DAY = date(2026, 11, 23)


def test_what_has_not_ended_goes_on_to_the_day():
    line = draw([("資格", [Span(date(2026, 1, 1), None, "転入")])], DAY)
    (bar,) = line.lanes[0].bars
    assert bar.goes_on
    assert round(bar.left + bar.width, 1) == round(line.day + 100 / 730, 1)


def test_years_are_written_by_their_era_at_their_beginning():
    line = draw([("資格", [Span(date(2018, 4, 1), None, "転入")])], DAY)
    assert [year for _, year in line.years] == ["H30", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"]
    assert line.years[0][0] == 0


def test_what_began_long_ago_is_cut_at_the_left_edge():
    line = draw([("住所", [Span(date(1970, 1, 1), date(2020, 12, 31), "古い住所")])], DAY)
    (bar,) = line.lanes[0].bars
    assert (bar.begins_before, bar.left, len(line.years)) == (True, 0, 12)


def test_what_ended_before_the_first_year_shown_is_left_to_the_table_of_its_tab():
    line = draw([("住所", [Span(date(1970, 1, 1), date(1971, 1, 1), "古い"), Span(None, None, "いま")])], DAY)
    assert [bar.span.text for bar in line.lanes[0].bars] == ["いま"]


def test_bars_that_overlap_stand_below_one_another():
    spans = [
        Span(date(2024, 1, 1), date(2025, 6, 30), "一"),
        Span(date(2025, 1, 1), date(2026, 3, 31), "二"),
        Span(date(2025, 7, 1), date(2026, 3, 31), "三"),
    ]
    line = draw([("証", spans)], DAY)
    assert [bar.row for bar in line.lanes[0].bars] == [0, 1, 0]
    assert line.lanes[0].rows == 2


def test_a_lane_without_anything_is_not_drawn():
    assert draw([("証", [])], DAY).lanes == []
