from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError, InputError
from gpss_pose_ros.perception.skeleton import skeleton
from gpss_pose_ros.simulation import body as body_module
from gpss_pose_ros.simulation.body import BONES, PARENTS, REGIONS, Body, load_bodies
from gpss_pose_ros.simulation.body_pose import (
    bone_transforms,
    keypoints_m,
    rest_pose,
    skin_m,
    soles_m,
)

BODIES = load_bodies()
SKELETON = skeleton("coco17_feet")
ASSET_LIMIT_BYTES = 8_000_000

every_body = pytest.mark.parametrize("body", BODIES, ids=lambda b: b.name)


def rest_keypoints(body):
    points = keypoints_m(body, bone_transforms(body, rest_pose(body)))
    return dict(zip(SKELETON.keypoints, points, strict=True))


def mirrored(points):
    return np.asarray(points) * [1.0, -1.0, 1.0]


def test_there_are_enough_adults_of_many_heights():
    heights = np.array([body.height_m for body in BODIES])
    assert len(BODIES) >= 24
    assert heights.min() < 1.55
    assert heights.max() > 1.95
    assert ((heights >= 1.50 - 1e-6) & (heights <= 2.00 + 1e-6)).all()
    assert np.diff(np.sort(heights)).max() < 0.06
    assert len({body.name for body in BODIES}) == len(BODIES)


def test_the_assets_stay_small():
    files = (Path(body_module.__file__).parent / "assets").iterdir()
    assert 0 < sum(file.stat().st_size for file in files) < ASSET_LIMIT_BYTES


def test_parents_precede_their_children():
    assert PARENTS[0] == -1
    assert all(0 <= parent < bone for bone, parent in enumerate(PARENTS) if bone)
    for side, other in (("left", "right"), ("right", "left")):
        for bone, parent in zip(BONES, PARENTS, strict=True):
            if bone.startswith(side):
                assert not BONES[parent].startswith(other)


@every_body
def test_the_surface_is_the_size_that_is_declared(body):
    """Soles and hair add to the stature, and nothing else does."""
    z = body.vertices_m[:, 2]
    assert z.min() == pytest.approx(0.0, abs=1e-6)
    assert 0.01 < z.max() - body.height_m < 0.08
    reach = np.ptp(body.vertices_m[:, 1])
    assert 0.2 * body.height_m < reach < 0.5 * body.height_m  # arms hang down


@every_body
def test_weights_are_shares_of_at_most_four_bones(body):
    assert (body.weights >= 0).all()
    assert body.weights.sum(1) == pytest.approx(np.ones(len(body.weights)), abs=1e-5)
    assert ((body.weights > 0).sum(1) <= 4).all()


@every_body
def test_rest_pose_reproduces_the_rest_surface(body):
    transforms = bone_transforms(body, rest_pose(body))
    assert transforms[:, :3, 3] == pytest.approx(body.joints_m)
    assert skin_m(body, transforms) == pytest.approx(body.vertices_m, abs=1e-5)


@every_body
def test_left_mirrors_right(body):
    """Anny is symmetric, so joints, keypoints and soles of one side mirror the other's."""
    joints = dict(zip(BONES, body.joints_m, strict=True))
    keypoints = rest_keypoints(body)
    for points, tolerance in ((joints, 0.002), (keypoints, 0.004)):
        for name, point in points.items():
            if name.startswith("left_"):
                other = points[name.replace("left_", "right_", 1)]
                assert mirrored(other) == pytest.approx(point, abs=tolerance), name
    left, right = soles_m(body, bone_transforms(body, rest_pose(body)))
    assert mirrored(right) == pytest.approx(left, abs=0.004)


@every_body
def test_keypoints_are_where_people_have_them(body):
    k = rest_keypoints(body)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        chain = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle", "heel")
        for names in chain:
            z = [k[f"{side}_{n}"][2] for n in names]
            assert z == sorted(z, reverse=True)
        for name in ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
            assert sign * k[f"{side}_{name}"][1] > 0.01, name  # left is +y
        assert k[f"{side}_big_toe"][0] > k[f"{side}_heel"][0] + 0.18  # feet point along +x
        assert sign * (k[f"{side}_small_toe"][1] - k[f"{side}_big_toe"][1]) > 0.02
        assert abs(k[f"{side}_wrist"][1]) > abs(k[f"{side}_shoulder"][1])
        for part in ("heel", "big_toe", "small_toe"):
            assert 0.0 < k[f"{side}_{part}"][2] < 0.04
    assert k["nose"][0] > k["left_eye"][0] > k["left_ear"][0]


@every_body
def test_face_keypoints_lie_on_the_head(body):
    head = body.vertices_m[body.weights[:, BONES.index("head")] > 0.5]
    for name, point in rest_keypoints(body).items():
        if name == "nose" or name.endswith(("eye", "ear")):
            assert np.linalg.norm(head - point, axis=1).min() < 0.035, name


@every_body
def test_soles_are_on_the_floor_between_heel_and_toes(body):
    k = rest_keypoints(body)
    soles = soles_m(body, bone_transforms(body, rest_pose(body)))
    for sole, side in zip(soles, ("left", "right"), strict=True):
        toes = (k[f"{side}_big_toe"] + k[f"{side}_small_toe"]) / 2
        assert sole[:2] == pytest.approx((k[f"{side}_heel"] + toes)[:2] / 2, abs=1e-9)
        assert sole[2] == pytest.approx(0.0, abs=1e-9)


@every_body
def test_faces_are_wound_outward(body):
    """The volume that the faces enclose is positive and that of a person."""
    a, b, c = (body.vertices_m[body.faces[:, i]].astype(float) for i in range(3))
    litres = np.einsum("fi,fi->", a, np.cross(b, c)) / 6.0 * 1000.0
    assert 35.0 < litres < 160.0


def test_texture_coordinates_and_regions_fit():
    body = BODIES[0]
    assert body.uv.min() >= 0.0
    assert body.uv.max() <= 1.0
    assert set(np.unique(body.regions)) == set(range(len(REGIONS)))


def test_shoes_are_at_the_bottom_and_hair_at_the_top():
    body = BODIES[0]
    height, width = body.regions.shape
    middle = body.uv[body.faces].mean(1)
    rows = ((1.0 - middle[:, 1]) * height).astype(int)
    region = body.regions[rows, (middle[:, 0] * width).astype(int)]
    z = body.vertices_m[body.faces].mean(1)[:, 2]

    def mean_height(name):
        return z[region == REGIONS.index(name)].mean()

    order = ("sole", "shoe", "shin", "thigh", "torso", "collar", "hair")
    heights = [mean_height(name) for name in order]
    assert heights == sorted(heights)


def test_arrays_cannot_be_written():
    for name in ("joints_m", "vertices_m", "faces", "uv", "regions", "weights", "keypoint_terms"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(BODIES[0], name)[...] = 0


def test_a_wrong_shape_is_refused_by_name():
    body = BODIES[3]
    values = {name: getattr(body, name) for name in body.__dataclass_fields__}
    with pytest.raises(InputError, match=r"body_03: uv must have shape"):
        Body(**{**values, "uv": body.uv[:-1]})
    with pytest.raises(InputError, match=r"body_03: joints_m must have shape"):
        Body(**{**values, "joints_m": body.joints_m[:-1]})


def test_a_file_without_bodies_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"absent\.npz.*bake_bodies"):
        load_bodies(tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", faces=np.zeros((1, 3)))
    with pytest.raises(ConfigurationError, match=r"other\.npz"):
        load_bodies(tmp_path / "other.npz")
    (tmp_path / "text.npz").write_text("not a zip")
    with pytest.raises(ConfigurationError, match=r"text\.npz"):
        load_bodies(tmp_path / "text.npz")
