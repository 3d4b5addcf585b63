"""Laws of rigid transforms: a group that keeps distances."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.geometry.transform import Transform

lawful = settings(derandomize=True, deadline=None, max_examples=80)
triples = st.tuples(*[st.floats(-4, 4, allow_nan=False)] * 3)
transforms = st.builds(Transform.from_rotation_vector, triples, triples)
points = st.lists(triples, min_size=1, max_size=8).map(np.array)


@lawful
@given(transforms, points)
def test_inverse_undoes(transform, p):
    np.testing.assert_allclose(transform.inverse().apply(transform.apply(p)), p, atol=1e-12)
    np.testing.assert_allclose((transform.inverse() @ transform).as_matrix(), np.eye(4), atol=1e-12)


@lawful
@given(transforms, transforms, transforms, points)
def test_composition_is_application_and_associative(a, b, c, p):
    np.testing.assert_allclose((a @ b).apply(p), a.apply(b.apply(p)), atol=1e-12)
    np.testing.assert_allclose(((a @ b) @ c).as_matrix(), (a @ (b @ c)).as_matrix(), atol=1e-12)


@lawful
@given(transforms, points)
def test_distances_stay(transform, p):
    q = transform.apply(p)
    np.testing.assert_allclose(
        np.linalg.norm(q - q[0], axis=1), np.linalg.norm(p - p[0], axis=1), atol=1e-12
    )


@lawful
@given(transforms)
def test_quaternion_and_matrix_round_trips(transform):
    quaternion = transform.as_quaternion()
    assert abs(np.linalg.norm(quaternion) - 1) < 1e-12
    assert quaternion[3] >= 0
    again = Transform.from_quaternion(quaternion, transform.translation)
    np.testing.assert_allclose(again.as_matrix(), transform.as_matrix(), atol=1e-12)
    same = Transform.from_matrix(transform.as_matrix())
    np.testing.assert_allclose(same.as_matrix(), transform.as_matrix(), atol=1e-12)


@lawful
@given(transforms, st.floats(-4e-4, 4e-4))
def test_drift_is_removed_or_was_not_there(transform, drift):
    drifted = Transform(transform.rotation * (1 + drift), transform.translation)
    np.testing.assert_allclose(drifted.rotation, transform.rotation, atol=1e-12)
