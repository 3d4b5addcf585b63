from dataclasses import replace

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import BONES, REGIONS, load_bodies
from gpss_pose_ros.simulation.body_texture import region_colours, texture
from gpss_pose_ros.simulation.headwear import head_cover
from gpss_pose_ros.simulation.outfit import Headwear, Outfit, Pattern, light_outfit, random_outfit

BODIES = load_bodies()
PLAIN = Outfit(
    skin=(200, 150, 120),
    hair=(40, 30, 20),
    shirt=(30, 60, 200),
    trousers=(60, 60, 60),
    shoes=(20, 20, 20),
    belt=(90, 60, 30),
    accent=(240, 240, 240),
    headwear_colour=(250, 200, 20),
)


def outfits(count=200):
    rng = np.random.default_rng(7)
    return [random_outfit(rng) for _ in range(count)]


def colour(outfit, region):
    return tuple(region_colours(outfit)[REGIONS.index(region)].tolist())


def mean_colour(body, image, region):
    scale = len(image) // len(body.regions)
    where = np.kron(body.regions, np.ones((scale, scale), np.uint8)) == REGIONS.index(region)
    return image[where].mean(0)


def test_random_outfits_are_many_and_reproducible():
    assert outfits() == outfits()
    assert len(set(outfits())) == 200
    for attribute in ("headwear", "pattern", "bands", "long_sleeves", "long_trousers", "tucked"):
        assert len({getattr(outfit, attribute) for outfit in outfits()}) >= 2, attribute
    assert {outfit.headwear for outfit in outfits()} == set(Headwear)
    assert {outfit.pattern for outfit in outfits()} == set(Pattern)


def test_clothes_cover_what_they_should():
    assert colour(PLAIN, "forearm") == PLAIN.shirt
    assert colour(replace(PLAIN, long_sleeves=False), "forearm") == PLAIN.skin
    assert colour(replace(PLAIN, long_trousers=False), "shin") == PLAIN.skin
    assert colour(PLAIN, "hand") == PLAIN.skin
    assert colour(replace(PLAIN, gloves=(1, 2, 3)), "hand") == (1, 2, 3)
    vest = replace(PLAIN, vest=(255, 120, 0), bands=True)
    assert colour(vest, "torso") == vest.vest
    assert colour(vest, "upper_arm") == vest.shirt
    assert colour(vest, "torso_band") != vest.vest
    assert colour(PLAIN, "hem") == PLAIN.shirt
    assert colour(replace(PLAIN, tucked=True), "hem") == PLAIN.trousers
    assert colour(replace(PLAIN, headwear=Headwear.BALD), "hair") == PLAIN.skin


def test_texture_shows_the_colours():
    body = BODIES[0]
    image = texture(body, PLAIN, 2 * len(body.regions))
    for region in ("torso", "thigh", "skin", "shoe"):
        wanted = np.array(colour(PLAIN, region))
        assert mean_colour(body, image, region) == pytest.approx(wanted, abs=25), region


def test_texture_is_not_flat_and_comes_from_the_seed():
    body = BODIES[0]
    image = texture(body, PLAIN, 256)
    assert image.shape == (256, 256, 3)
    assert image.dtype == np.uint8
    shirt = image[cv2.resize(body.regions, (256, 256), interpolation=0) == REGIONS.index("torso")]
    assert shirt[:, 2].std() > 3.0
    assert np.array_equal(image, texture(body, PLAIN, 256))
    assert not np.array_equal(image, texture(body, replace(PLAIN, seed=1), 256))


@pytest.mark.parametrize("pattern", [Pattern.STRIPES, Pattern.PLAID])
def test_a_pattern_changes_the_shirt_and_nothing_else(pattern):
    body = BODIES[0]
    size = 2 * len(body.regions)
    plain, patterned = (
        texture(body, replace(PLAIN, pattern=p), size) for p in (Pattern.PLAIN, pattern)
    )
    drawn = mean_colour(body, patterned, "torso") - mean_colour(body, plain, "torso")
    assert np.abs(drawn).max() > 20
    for region in ("skin", "thigh", "shoe"):
        change = mean_colour(body, patterned, region) - mean_colour(body, plain, region)
        assert np.abs(change).max() < 25, region


def test_bad_values_are_refused_by_name():
    with pytest.raises(InputError, match="shirt"):
        replace(PLAIN, shirt=(300, 0, 0))
    with pytest.raises(InputError, match="16 pixels"):
        texture(BODIES[0], PLAIN, 8)


@pytest.mark.parametrize("kind", [Headwear.HAIR, Headwear.BALD])
def test_a_bare_head_has_no_cover(kind):
    assert head_cover(BODIES[0], replace(PLAIN, headwear=kind)) is None


@pytest.mark.parametrize("kind", [Headwear.HELMET, Headwear.CAP])
@pytest.mark.parametrize("body", BODIES[::5], ids=lambda b: b.name)
def test_headwear_contains_the_head_above_its_brim(body, kind):
    cover = head_cover(body, replace(PLAIN, headwear=kind))
    triangles = cover.vertices_m[cover.faces]
    head = body.vertices_m[body.weights[:, BONES.index("head")] > 0.5]
    head = head - body.joints_m[BONES.index("head")]
    above = head[head[:, 2] > cover.vertices_m[:, 2].min() + 0.01]
    assert len(above) > 20
    assert cover.vertices_m[:, 2].max() > head[:, 2].max()
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    dome = triangles[:, :, 2].min(1) > cover.vertices_m[:, 2].min() + 0.005
    outward = np.einsum("hfi,fi->hf", above[:, None] - triangles[None, dome, 0], normals[dome])
    assert (outward < 1e-9).all()


@pytest.mark.parametrize("kind", [Headwear.HELMET, Headwear.CAP])
def test_headwear_is_closed_and_wound_outward(kind):
    cover = head_cover(BODIES[0], replace(PLAIN, headwear=kind))
    a, b, c = (cover.vertices_m[cover.faces[:, i]] for i in range(3))
    assert np.cross(b - a, c - a).sum(0) == pytest.approx(np.zeros(3), abs=1e-12)  # closed
    assert 1e-3 < np.einsum("fi,fi->", a, np.cross(b, c)) / 6.0 < 1e-2
    assert cover.rgba == pytest.approx((250 / 255, 200 / 255, 20 / 255, 1.0))


def test_light_outfits_show_skin_and_nothing_reflective():
    rng = np.random.default_rng(4)
    outfits = [light_outfit(rng) for _ in range(100)]
    for outfit in outfits:
        assert {outfit.bands, outfit.sleeve_bands, outfit.leg_bands, outfit.vest} == {False, None}
        skin, torso, shoe = (colour(outfit, region) for region in ("skin", "torso", "shoe"))
        assert (torso == skin) is outfit.bare_torso
        assert (shoe == skin) is outfit.barefoot
    assert {o.bare_torso for o in outfits} == {o.barefoot for o in outfits} == {False, True}
