"""Laws of coverage: more cameras see more, more obstacles hide more, and in doubt it is unseen."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.safety.coverage import Coverage, CoverageMap
from gpss_pose_ros.safety.distance import padded
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.occlusion import shadow
from gpss_pose_ros.safety.settings import CoverageSettings, Occluder
from gpss_pose_ros.safety.unseen import touches_unseen
from gpss_pose_ros.safety.view import seen_cells

lawful = settings(derandomize=True, deadline=None, max_examples=40)
FLOOR = CoverageSettings((-4.0, -3.0), (4.0, 3.0), 0.25)
GRID = Grid.of(FLOOR)
K = [[300, 0, 320], [0, 300, 240], [0, 0, 1]]
LENSES = [
    CameraModel(K, [], "plumb_bob", (640, 480)),
    CameraModel(K, [-0.28, 0.09, 0.0012, -0.0008, -0.011], "plumb_bob", (640, 480)),
    CameraModel(K, [-0.02, 0.004, -0.001, 2e-4], "equidistant", (640, 480)),
]
coordinates = st.floats(-4.0, 4.0)


@st.composite
def cameras(draw, name="c", low_m=0.3):
    """A camera above the floor, tilted from straight down by any angle that sees floor."""
    down = Transform(np.diag([1.0, -1.0, -1.0]), np.zeros(3))
    place = draw(st.tuples(coordinates, coordinates, st.floats(low_m, 5.0)))
    tilt = draw(st.tuples(st.floats(-1.3, 1.3), st.floats(-1.3, 1.3), st.just(0.0)))
    pose = Transform.from_rotation_vector(tilt, place) @ down
    return Camera(name, draw(st.sampled_from(LENSES)), pose)


@st.composite
def occluders(draw):
    """A box that stands anywhere."""
    x, y = draw(coordinates), draw(coordinates)
    length, width = draw(st.floats(0.05, 2.0)), draw(st.floats(0.05, 2.0))
    yaw = draw(st.floats(0.0, 3.0))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (length / 2, width / 2)
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    outline = tuple(map(tuple, (corners @ turn + np.array([x, y])).tolist()))
    return Occluder("box", outline, draw(st.floats(0.05, 4.0)))


@st.composite
def polygons(draw):
    """A convex polygon around some points, not always on the floor that is judged."""
    middle = np.array(draw(st.tuples(coordinates, coordinates)))
    offsets = draw(
        st.lists(st.tuples(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)), min_size=1, max_size=6)
    )
    return convex_hull(middle + np.array(offsets))


floors = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).random(GRID.shape) < 0.03
)


def covered(unseen):
    """Coverage whose unseen cells are those."""
    return Coverage(GRID, (~unseen).astype(np.uint8), np.zeros(GRID.shape, dtype=bool))


def hits(occluder, eye, point):
    """Tell whether the line from an eye to a point passes a prism: Cyrus and Beck's clipping."""
    corners = convex_hull(np.array(occluder.corners_m))
    edges = np.roll(corners, -1, axis=0) - corners
    outward = np.column_stack([edges[:, 1], -edges[:, 0], np.zeros(len(edges))])
    normals = np.vstack([outward, [0.0, 0.0, 1.0]])
    limits = np.append((outward[:, :2] * corners).sum(axis=1), occluder.height_m)
    slope, rest = normals @ (point - eye), limits - normals @ eye
    enter = max([0.0, *(rest[slope < 0] / slope[slope < 0])])
    leave = min([1.0, *(rest[slope > 0] / slope[slope > 0])])
    return bool(enter <= leave and (rest[slope == 0] >= 0).all())


@lawful
@given(cameras("a"), cameras("b"), occluders(), st.sets(st.sampled_from("ab")))
def test_another_live_camera_never_unsees_a_cell(first, second, occluder, live):
    floor = CoverageMap(FLOOR, [occluder])
    floor.place(first)
    floor.place(second)
    some, both = floor.now(live), floor.now("ab")
    assert (both.seen_by >= some.seen_by).all()
    assert not (both.unseen & ~some.unseen).any()
    places = np.column_stack([GRID.x_m[:24], GRID.y_m])
    more, fewer = both.distance_to_unseen_m(places), some.distance_to_unseen_m(places)
    assert (more >= fewer).all()


@lawful
@given(cameras("a"), st.lists(occluders(), max_size=2))
def test_nobody_live_sees_nothing(camera, some):
    floor = CoverageMap(FLOOR, some)
    floor.place(camera)
    assert floor.now(()).unseen.all()


@lawful
@given(cameras(), occluders(), occluders(), st.floats(0.0, 3.0))
def test_more_and_higher_occluders_never_show_a_cell(camera, occluder, another, higher_m):
    raised = dataclasses.replace(occluder, height_m=occluder.height_m + higher_m)
    before = seen_cells(camera, GRID, FLOOR, [occluder])
    assert (seen_cells(camera, GRID, FLOOR, [occluder, another]) <= before).all()
    assert (seen_cells(camera, GRID, FLOOR, [raised]) <= before).all()
    assert (before <= seen_cells(camera, GRID, FLOOR, [])).all()


@lawful
@given(cameras(), occluders(), st.floats(0.0, 5.0), st.floats(0.0, 40.0), st.floats(0.0, 20.0))
def test_stricter_settings_never_show_a_cell(camera, occluder, range_m, narrow_px, margin_px):
    loose = dataclasses.replace(FLOOR, range_m=5.1, min_person_px=0.0, margin_px=0.0)
    before = seen_cells(camera, GRID, loose, [occluder])
    for change in (
        {"range_m": range_m + 0.1},
        {"min_person_px": narrow_px},
        {"margin_px": margin_px},
        {"heights_m": (*FLOOR.heights_m, 0.4)},
    ):
        strict = dataclasses.replace(loose, **change)
        assert (seen_cells(camera, GRID, strict, [occluder]) <= before).all()


@lawful
@given(cameras(), occluders(), st.integers(0, 2**32 - 1))
def test_every_place_in_a_seen_cell_is_in_the_image_and_behind_nothing(camera, occluder, seed):
    rows, columns = np.nonzero(seen_cells(camera, GRID, FLOOR, [occluder]))
    random = np.random.default_rng(seed)
    pick = random.integers(0, len(rows), 20) if len(rows) else []
    spot = random.random((len(pick), 2)) * GRID.resolution_m
    spots = spot + np.column_stack([GRID.x_lines_m[columns[pick]], GRID.y_lines_m[rows[pick]]])
    for height in FLOOR.heights_m:
        points = np.column_stack([spots, np.full(len(spots), height)])
        assert camera.model.contains(camera.project(points)).all()
        assert not any(hits(occluder, camera.position_m, point) for point in points)


@lawful
@given(cameras(), st.integers(0, 2**32 - 1))
def test_a_cell_whose_corners_are_in_the_image_is_seen(camera, seed):
    wide = dataclasses.replace(FLOOR, min_person_px=0.0, range_m=100.0, margin_px=0.0)
    seen = seen_cells(camera, GRID, wide, [])
    random = np.random.default_rng(seed)
    for row, column in zip(random.integers(0, 24, 30), random.integers(0, 32, 30), strict=True):
        x, y = GRID.x_lines_m[[column, column + 1]], GRID.y_lines_m[[row, row + 1]]
        corners = [[a, b, h] for a in x for b in y for h in FLOOR.heights_m]
        assert seen[row, column] == camera.model.contains(camera.project(corners)).all()


@lawful
@given(
    cameras(low_m=0.1),
    occluders(),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.integers(0, 2**32 - 1),
)
def test_a_shadow_is_where_lines_from_the_eye_pass_the_occluder(camera, occluder, height, seed):
    eye = camera.position_m
    outline = shadow(occluder, eye, height, 20.0)
    spots = np.random.default_rng(seed).uniform(-6.0, 6.0, (60, 2))
    hidden = np.zeros(60, dtype=bool)
    off = np.full(60, np.inf)  # how far from the shadow's outline
    if outline is not None:
        edges = np.roll(outline, -1, axis=0) - outline
        away = spots[:, None] - outline
        sides = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0]
        sides /= np.hypot(*edges.T)
        hidden, off = (sides >= 0).all(axis=1), abs(sides).min(axis=1)
    passed = [hits(occluder, eye, np.array([*spot, height])) for spot in spots]
    clear = off > 1e-6
    if eye[2] > occluder.height_m or height < occluder.height_m:
        np.testing.assert_array_equal(hidden[clear], np.array(passed)[clear])
    else:  # from below up to above the top: what is behind counts as hidden, however high
        assert (hidden | ~np.array(passed))[clear].all()


@lawful
@given(cameras(), occluders(), st.integers(-40, 40), st.integers(-40, 40))
def test_a_quarter_turn_and_a_shift_of_everything_changes_nothing(camera, occluder, right, up):
    shift = np.array([right, up]) * FLOOR.resolution_m
    turn = Transform(np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), [*shift, 0.0])
    moved = dataclasses.replace(camera, factory_from_camera=turn @ camera.factory_from_camera)
    corners = tuple((-y + shift[0], x + shift[1]) for x, y in occluder.corners_m)
    grid = Grid((shift[0] - 3.0, shift[1] - 4.0), FLOOR.resolution_m, (32, 24))
    there = seen_cells(moved, grid, FLOOR, [Occluder("moved", corners, occluder.height_m)])
    np.testing.assert_array_equal(np.rot90(there), seen_cells(camera, GRID, FLOOR, [occluder]))


def clipped(polygon, left, bottom, side):
    """Return the part of a polygon in a square: Sutherland and Hodgman's clipping."""
    for axis, sign, limit in (
        (0, 1, left),
        (0, -1, left + side),
        (1, 1, bottom),
        (1, -1, bottom + side),
    ):
        inside = [sign * (corner[axis] - limit) + 1e-9 for corner in polygon]  # as grid.py rounds
        kept = []
        for k, (a, b) in enumerate(zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)):
            here, there = inside[k], inside[(k + 1) % len(polygon)]
            if here >= 0:
                kept.append(a)
            if (here >= 0) != (there >= 0):
                kept.append(a + (b - a) * (here / (here - there)))
        polygon = kept
    return polygon


@lawful
@given(polygons(), floors)
def test_unseen_floor_in_a_polygon_is_found_and_only_that(polygon, unseen):
    side = GRID.resolution_m
    touched = any(
        len(clipped(list(polygon), GRID.x_lines_m[column], GRID.y_lines_m[row], side))
        for row, column in zip(*np.nonzero(unseen), strict=True)
    )
    expected = touched or not GRID.contains(polygon).all()
    assert covered(unseen).unseen_in(polygon) == expected


@lawful
@given(polygons(), floors, st.integers(0, 2**32 - 1))
def test_a_polygon_with_a_point_on_unseen_floor_is_unseen(polygon, unseen, seed):
    floor = covered(unseen)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(polygon)), 50)
    spots = weights @ polygon
    cells = np.floor((spots - GRID.low_m) / GRID.resolution_m).astype(int)
    on_grid = GRID.contains(spots)
    columns, rows = np.clip(cells, 0, (31, 23)).T
    if (~on_grid | unseen[rows, columns]).any():
        assert floor.unseen_in(polygon)
        assert floor.distance_to_unseen_m(spots).min() == 0.0


@lawful
@given(st.lists(polygons(), min_size=1, max_size=4), floors)
def test_several_polygons_touch_what_each_of_them_touches(several, unseen):
    floor = covered(unseen)
    expected = [floor.unseen_in(polygon) for polygon in several]
    assert touches_unseen(padded(several), floor).tolist() == expected


@lawful
@given(polygons(), floors, floors)
def test_less_coverage_never_clears_a_polygon_nor_makes_the_way_longer(polygon, unseen, more):
    floor, less = covered(unseen), covered(unseen | more)
    assert less.unseen_in(polygon) >= floor.unseen_in(polygon)
    assert (less.distance_to_unseen_m(polygon) <= floor.distance_to_unseen_m(polygon)).all()


@lawful
@given(floors, st.integers(0, 2**32 - 1))
def test_distances_to_unseen_floor_are_never_too_long_and_hardly_too_short(unseen, seed):
    points = np.random.default_rng(seed).uniform((-4.2, -3.2), (4.2, 3.2), (100, 2))
    rows, columns = np.nonzero(unseen)
    middles = np.column_stack([GRID.x_m[columns], GRID.y_m[rows]])
    gaps = np.maximum(abs(points[:, None] - middles) - GRID.resolution_m / 2, 0.0)
    border = np.maximum(np.array(GRID.high_m) - abs(points), 0.0).min(axis=1)  # about the origin
    exact = np.minimum(np.hypot(*np.moveaxis(gaps, -1, 0)).min(axis=1, initial=np.inf), border)
    bounds = covered(unseen).distance_to_unseen_m(points)
    assert (bounds <= exact + 1e-12).all()
    short = (exact - bounds) / GRID.resolution_m
    assert short.max() <= np.sqrt(2.0)
    assert short.mean() <= 0.25
