import random

from cnnviz.ui.build.canvas.nearby import Boxes
from cnnviz.ui.build.cards.routing import Rect


def test_the_same_boxes_are_found_as_by_looking_at_all() -> None:
    rng = random.Random(3)

    def any_box(size: float) -> Rect:
        x, y = rng.uniform(-4000, 4000), rng.uniform(-4000, 4000)
        return x, y, x + rng.uniform(1, size), y + rng.uniform(1, size)

    boxes = [any_box(900) for _ in range(300)]
    index = Boxes(boxes)
    for _ in range(50):
        left, top, right, bottom = area = any_box(2000)
        wanted = {b for b in boxes if b[2] > left and b[0] < right and b[3] > top and b[1] < bottom}
        found = index.near(area)
        assert set(found) == wanted
        assert len(found) == len(wanted)
    assert any(index.near(box) for box in boxes)
