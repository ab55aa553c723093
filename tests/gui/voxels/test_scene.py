"""What is drawn of a volume, against brute force: faces, their order, points of the picture, projections."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.ui.voxels.camera import FRONT, SIDE, TOP, Camera, Projection
from cnnviz.ui.voxels.faces import NORMALS, corners, exposed
from cnnviz.ui.voxels.projection import REACH, strongest
from cnnviz.ui.voxels.scene import Look, Scene, back_to_front, pick
from cnnviz.ui.voxels.solid import Solid, solid_of, tinted

SHAPE = (5, 6, 7)


def some(seed: int = 0, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).random((3, *shape)).astype(np.float32)


def seen(camera: Camera, shape: tuple[int, int, int] = SHAPE) -> Projection:
    return Projection(camera, shape, 400, 300)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_only_faces_towards_empty_voxels_are_kept(share: float) -> None:
    occupied = np.random.default_rng(int(share * 10)).random(SHAPE) < share
    wanted = set()
    for cell in zip(*np.nonzero(occupied), strict=True):
        for number, normal in enumerate(NORMALS):
            ahead = tuple(int(at) for at in np.add(cell, normal))
            outside = any(not 0 <= at < size for at, size in zip(ahead, SHAPE, strict=True))
            if outside or not occupied[ahead]:
                wanted.add((*(int(at) for at in cell), number))
    cells, directions = exposed(occupied)
    found = [(*map(int, cell), int(way)) for cell, way in zip(cells, directions, strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_corners_lie_on_their_face() -> None:
    cells, directions = exposed(np.ones((1, 1, 1), np.bool_))
    for face, way in zip(corners(cells, directions), directions, strict=True):
        np.testing.assert_allclose(face.mean(axis=0), NORMALS[way] / 2, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(face - np.roll(face, 1, axis=0), axis=1), 1)


def test_what_is_nearer_is_drawn_later() -> None:
    """Step along lines of sight: of two faces on one line, the one met first must come last."""
    scene = Scene(solid_of(some(2)), Look(threshold=0.6, cuts=False))
    projection = seen(Camera(35, 20))
    faces = scene.faces(projection)
    order = back_to_front(faces, projection)
    rank = {tuple(faces.cells[each]): at for at, each in enumerate(order)}
    eye = projection.eye()
    for cell in list(rank)[::3]:
        line = eye - np.array(cell)
        for share in np.linspace(0, 0.6, 200):
            met = tuple(int(at) for at in np.rint(np.array(cell) + share * line))
            if met != cell and met in rank:
                assert rank[met] > rank[cell]


def test_the_matrix_for_opengl_agrees_with_the_painter() -> None:
    projection = seen(Camera(-40, 31, 1.4, (0.1, -0.2)))
    points = np.random.default_rng(3).random((20, 3)) * 5
    flat = projection.project(points)
    clip = np.concatenate([projection.placed(points), np.ones((20, 1))], axis=1) @ projection.matrix().T
    ndc = clip[:, :2] / clip[:, 3:]
    np.testing.assert_allclose((ndc[:, 0] + 1) / 2 * 400, flat[:, 0], atol=1e-2)
    np.testing.assert_allclose((1 - ndc[:, 1]) / 2 * 300, flat[:, 1], atol=1e-2)


@pytest.mark.parametrize(
    ("camera", "right", "down"),
    [(FRONT, (0, 0, 1), (0, 1, 0)), (TOP, (0, 0, 1), (-1, 0, 0)), (SIDE, (1, 0, 0), (0, 1, 0))],
)
def test_views_show_pictures_the_right_way_round(camera: Camera, right: tuple, down: tuple) -> None:
    projection = seen(camera)
    middle = (np.array(SHAPE) - 1) / 2
    origin, along, below = projection.project(np.stack([middle, middle + right, middle + down]))
    assert along[0] > origin[0]
    assert along[1] == pytest.approx(origin[1], abs=0.1)
    assert below[1] > origin[1]


def test_a_click_finds_the_nearest_voxel_and_looks_through_ghosts() -> None:
    occupied = np.zeros((1, *SHAPE), np.float32)
    occupied[0, 1, 3, 3] = occupied[0, 4, 3, 3] = 1
    projection = seen(FRONT)
    solid = solid_of(occupied, 0, 1, "grey")
    place = projection.project(np.array([1, 3, 3]))
    whole = Scene(solid, Look(cuts=False))
    assert pick(whole.faces(projection), projection, *place) == (1, 3, 3)
    cut = Scene(solid, Look(at=2))
    assert pick(cut.faces(projection), projection, *place) == (4, 3, 3)
    assert pick(cut.faces(projection), projection, 2, 2) is None


def test_voxels_before_the_slice_are_ghosts_on_the_viewers_side() -> None:
    solid = solid_of(np.ones((1, 5, 5, 5), np.float32), 0, 1, "grey")
    for camera, before in ((FRONT, {0, 1}), (Camera(180, 0), {3, 4})):
        faces = Scene(solid, Look(at=2)).faces(seen(camera, (5, 5, 5)))
        ghosts = faces.cells[faces.solid :]
        assert set(ghosts[:, 0]) == before
        assert faces.colours[faces.solid :, 3].max() < 40
        assert set(faces.cells[: faces.solid, 0]) == set(range(5)) - before


def test_the_maximum_from_the_front_is_the_maximum_over_slices() -> None:
    volume = some(4, (6, 6, 6))[:1]
    solid = solid_of(volume, 0, 1, "grey")
    side = 120
    _, peak = strongest(solid, FRONT, side)
    wanted = volume[0].max(axis=0)
    for row in range(6):
        for column in range(6):
            down, right = (int(((at - 2.5) / 6 / REACH + 0.5) * side) for at in (row, column))
            assert peak[down, right] == pytest.approx(wanted[row, column])
    assert peak[0, 0] == 0


def test_colours_of_three_channels_are_their_own_and_strength_is_the_brightest() -> None:
    volume = some(5)
    solid = solid_of(volume)
    np.testing.assert_array_equal(solid.colours, np.rint(np.moveaxis(volume, 0, -1) * 255).astype(np.uint8))
    np.testing.assert_allclose(solid.strength, volume.max(axis=0))


def test_a_map_of_two_signs_is_as_strong_as_it_is_far_from_zero() -> None:
    volume = np.array([-2.0, -1, 0, 1]).reshape(1, 1, 1, 4)
    np.testing.assert_allclose(solid_of(volume, -2, 2, "value").strength.ravel(), [1, 0.5, 0, 0.5])


def test_a_heat_map_keeps_the_sample_s_form() -> None:
    strength = some(6)[0]
    solid = tinted(some(7)[0], 0, 1, "amount", strength)
    assert isinstance(solid, Solid)
    np.testing.assert_array_equal(solid.occupied(0.5), strength > 0.5)
    assert len(np.unique(solid.colours.reshape(-1, 3), axis=0)) > 20
