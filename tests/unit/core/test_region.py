"""Regions and the crosswalk between editions, on a table of a few rows (DOMAIN §7, 16 and 17)."""

from __future__ import annotations

import pytest

from hub.core.codes import Code
from hub.core.dates import parse_day
from hub.core.region import Crosswalk, RegionTable, is_village, normal_code, township_stem

TABLE = RegionTable.parse(
    """code,name,parent,level
33,浙江省,,province
3301,杭州市,33,city
330102,上城区,3301,county
330102009,凯旋街道,330102,township
330102009001,三联社区,330102009,village
330105,拱墅区,3301,county
330105001,米市巷街道,330105,township
330110,余杭区,3301,county
330110005,五常街道,330110,township
330110005001,三联村委会,330110005,village
330113,临平区,3301,county
330113001,临平街道,330113,township
330114,钱塘区,3301,county
330114002,白杨街道,330114,township
330603,柯桥区,3306,county
330603105,平水镇,330603,township
330603105201,平水村委会,330603105,village
"""
)
CROSSWALK = Crosswalk.parse(
    """# a remark
old,new,township,rule,from_on
330103,330105,天水,by_township,2021-04-09
330103,330105,米市巷,by_township,2021-04-09
330104,330102,凯旋,by_township,2021-04-09
330104,330114,白杨,by_township,2021-04-09
330110,330113,临平,by_township,2021-04-09
330621,330603,,one_to_one,2013-10-18
330199,330102,,manual,2021-04-09
""",
    TABLE,
)


@pytest.mark.parametrize(
    ("code", "township", "expected", "exact"),
    [
        pytest.param("330102", None, "330102", True, id="current-county"),
        pytest.param("330102009", None, "330102009", True, id="current-township"),
        pytest.param("330102009001", None, "330102009001", True, id="current-village"),
        pytest.param("3301", None, "3301", True, id="city"),
        pytest.param("330102000000", None, "330102", True, id="padded"),
        pytest.param("３３０１０２", None, "330102", True, id="full-width"),
        pytest.param("330102009999", None, "330102009", False, id="unknown-village"),
        pytest.param("330102777", None, "330102", False, id="unknown-township"),
        pytest.param("330102777", "凯旋街道", "330102009", True, id="unknown-township-by-name"),
        pytest.param("330104", "白杨街道", "330114", True, id="case-16-by-township"),
        pytest.param("330104", "白杨镇", "330114", True, id="case-16-kind-of-township-changed"),
        pytest.param("330104", "凯旋街道", "330102", True, id="by-township-other-part"),
        pytest.param("330104003", "凯旋街道", "330102009", True, id="township-with-new-digits"),
        pytest.param("330103", None, "330105", True, id="dissolved-into-one"),
        pytest.param("330103001", None, "330105", False, id="dissolved-digits-are-not-carried"),
        pytest.param("330621", None, "330603", True, id="renamed"),
        pytest.param("330621105", None, "330603105", True, id="renamed-township"),
        pytest.param("330621105201", None, "330603105201", True, id="renamed-village"),
        pytest.param("330621105999", None, "330603105", False, id="renamed-unknown-village"),
        pytest.param("330621105", "钱清镇", "330603", False, id="renamed-digits-and-name-disagree"),
        pytest.param("330110", None, "330110", True, id="split-county-that-still-exists"),
        pytest.param("330110", "五常街道", "330110", True, id="split-county-part-that-stayed"),
        pytest.param("330110", "临平街道", "330113", True, id="split-county-part-that-left"),
        pytest.param("330110005", None, "330110005", True, id="split-county-current-township"),
    ],
)
def test_a_code_is_taken_to_the_current_edition(
    code: str, township: str | None, expected: str, *, exact: bool
) -> None:
    """Renamed, merged and split counties lead where their people live now."""
    assert CROSSWALK.resolve(code, township) == (expected, None, exact)


@pytest.mark.parametrize(
    ("code", "township", "problem"),
    [
        pytest.param("330104", None, Code.REGION_AMBIGUOUS, id="case-16-no-township"),
        pytest.param("330104", "无此街道", Code.REGION_AMBIGUOUS, id="case-16-unknown-township"),
        pytest.param("330110001", None, Code.REGION_AMBIGUOUS, id="split-county-unknown-township"),
        pytest.param("330199", None, Code.REGION_AMBIGUOUS, id="manual"),
        pytest.param("三联村", None, Code.REGION_AMBIGUOUS, id="case-17-a-name"),
        pytest.param("339901", None, Code.REGION_UNKNOWN, id="unassigned"),
        pytest.param("310101", None, Code.REGION_UNKNOWN, id="another-province"),
        pytest.param("3399", None, Code.REGION_UNKNOWN, id="unassigned-city"),
        pytest.param("33010", None, Code.REGION_UNKNOWN, id="five-digits"),
        pytest.param("某处", None, Code.REGION_UNKNOWN, id="unknown-name"),
        pytest.param("", None, Code.REGION_UNKNOWN, id="empty"),
    ],
)
def test_what_cannot_be_told_is_a_problem(code: str, township: str | None, problem: Code) -> None:
    """The crosswalk never guesses a county."""
    assert CROSSWALK.resolve(code, township) == (None, problem, False)


def test_a_bare_code_written_before_a_split_may_mean_either_part() -> None:
    """The same digits meant more before the county was split."""
    assert CROSSWALK.resolve("330110", written_on=parse_day("2021-04-08")).problem is Code.REGION_AMBIGUOUS
    assert CROSSWALK.resolve("330110", written_on=parse_day("2021-04-09")).code == "330110"
    assert CROSSWALK.resolve("330110", "五常街道", written_on=parse_day("2021-04-08")).code == "330110"


def test_a_later_change_is_applied_on_top_from_its_day() -> None:
    """region.changed takes effect on its day, carries digits the table knows, and can be redelivered."""
    day = parse_day("2026-01-01")
    newer = CROSSWALK.with_change("330102", "330120", None, "one_to_one", day)
    assert CROSSWALK.resolve("330102009").code == "330102009"
    assert newer.resolve("330102009").code == "330120009"
    assert newer.resolve("330102009001").code == "330120009001"
    assert newer.resolve("330102009", on_day=day - 1).code == "330102009"
    assert newer.resolve("330104", "凯旋街道").code == "330120"
    assert newer.resolve("330120").code == "330120"
    assert newer.with_change("330102", "330120", "", "one_to_one", day).changes == newer.changes
    unclear = newer.with_change("330120", "330130", None, "manual", day)
    assert unclear.resolve("330102").problem is Code.REGION_AMBIGUOUS


def test_a_later_split_moves_current_townships() -> None:
    """A township that leaves its county is followed by its name in the table."""
    later = CROSSWALK.with_change("330102", "330120", "凯旋街道", "by_township", parse_day("2026-01-01"))
    assert later.resolve("330102009").code == "330120"
    assert later.resolve("330102").code == "330102"


def test_a_circle_of_changes_ends() -> None:
    """Wrong reference data must not hang a worker."""
    circle = CROSSWALK.with_change("330301", "330302", None, "one_to_one", 0).with_change(
        "330302", "330301", None, "one_to_one", 0
    )
    assert circle.resolve("330301").code in {"330301", "330302"}


def test_the_table_answers_for_its_regions() -> None:
    """Names, levels and the tree."""
    assert (len(TABLE), TABLE.exists("330102"), "330104" in TABLE) == (17, True, False)
    assert (TABLE.name("330102"), TABLE.name("330104")) == ("上城区", None)
    assert [TABLE.level(code) for code in ("33", "3301", "330102", "330102009", "330102009001", "1")] == [
        "province", "city", "county", "township", "village", None,
    ]  # fmt: skip
    assert (TABLE.county("330102009001"), TABLE.county("330102"), TABLE.county("3301")) == (
        "330102",
        "330102",
        None,
    )
    assert [TABLE.parent(code) for code in ("330102009001", "330102009", "330102", "3301", "33")] == [
        "330102009", "330102", "3301", "33", None,
    ]  # fmt: skip
    assert list(TABLE.codes("county", "33011")) == ["330110", "330113", "330114"]
    assert TABLE.township("330114", "白杨") == "330114002"
    assert (TABLE.bears("三联"), TABLE.bears("上城区"), TABLE.bears(" ")) == (True, True, False)


@pytest.mark.parametrize(
    ("code", "village"),
    [
        ("330102009001", True),
        ("330102009199", True),
        ("330102009399", True),
        ("330102009400", False),
        ("330102009", False),
    ],
)
def test_stand_ins_are_no_villages(code: str, *, village: bool) -> None:
    """Classes 400 and above are 类似: they count in no rate."""
    assert is_village(code) is village


def test_codes_and_township_names_have_normal_forms() -> None:
    """Padding and the kind of a township are not part of its identity."""
    padded = ("330000", "330100", "330102000", " 330102 ", "330102009000", "33010a")
    assert [normal_code(text) for text in padded] == [
        "33", "3301", "330102", "330102", "330102009", None,
    ]  # fmt: skip
    assert [township_stem(text) for text in ("白杨街道", "白杨街道办事处", "平水镇", "凤阳畲族乡", "镇")] == [
        "白杨", "白杨", "平水", "凤阳畲族", "镇",
    ]  # fmt: skip
