"""Laws of looking at a place: more people hide more, more cameras show more."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.fusion.watch import View, shown_empty
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform

lawful = settings(derandomize=True, deadline=None, max_examples=200)
MODEL = CameraModel([[600, 0, 640], [0, 600, 360], [0, 0, 1]], [], "plumb_bob", (1280, 720))
MIN_PX = 20.0


def camera_over(x_m, y_m, tilt_rad):
    """A camera 4 m high, tilted from straight down."""
    down = Transform(np.diag([1.0, -1.0, -1.0]), np.zeros(3))
    tilt = Transform.from_rotation_vector([tilt_rad, 0, 0], [x_m, y_m, 4.0])
    return Camera("c", MODEL, tilt @ down)


@st.composite
def boxes(draw):
    """Up to four boxes (N, 4) anywhere in the image, large and small."""
    u, v = st.floats(0, 1280), st.floats(0, 720)
    corners = draw(st.lists(st.tuples(u, v, u, v), max_size=4))
    array = np.array(corners).reshape(-1, 4)
    return np.hstack(
        [np.minimum(array[:, :2], array[:, 2:]), np.maximum(array[:, :2], array[:, 2:])]
    )


views = st.builds(
    View,
    st.builds(camera_over, st.floats(-3, 3), st.floats(-3, 3), st.floats(-1.2, 1.2)),
    boxes(),
)
several_places = st.lists(
    st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=4
).map(np.array)


@lawful
@given(several_places, views, boxes())
def test_more_people_never_show_a_place_empty(places, view, others):
    crowded = View(view.camera, np.concatenate([view.boxes_xyxy_px, others]))
    free, still_free = (shown_empty(places, [v], MIN_PX) for v in (view, crowded))
    assert (still_free <= free).all()


@lawful
@given(several_places, st.lists(views, max_size=3), views, st.randoms(use_true_random=False))
def test_another_view_never_hides_a_place(places, some, another, random):
    more = [*some, another]
    random.shuffle(more)
    assert (shown_empty(places, more, MIN_PX) >= shown_empty(places, some, MIN_PX)).all()
