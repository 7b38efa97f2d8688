"""The kinds of bodies: animals, people, vehicles, things."""

from __future__ import annotations

from propago_trainer.data.bodies.parts import BOX, CUT, UNBOUNDED, Part, Vector, build_tables


def _limb(
    parts: list[Part], parent: int, at: Vector, lengths: tuple[float, float], thickness: float,
    *, yaw: float = 0, pitch: float = -90, swing: float = 28, bend: float = -20, phase: float = 0,
    spread: float = 4, like: int = -1, skin: int = 0, keep: float = 1,
) -> None:  # fmt: skip
    """Two segments that swing, the lower one after the upper one."""
    upper, lower = (length / 2 for length in lengths)
    shared = (like, like + 1) if like >= 0 else (-1, -1)
    parts.append(
        Part((upper, thickness, thickness), parent, at, -0.85, yaw, pitch, (spread, swing), phase,
             skin=skin, like=shared[0], keep=keep)
    )  # fmt: skip
    parts.append(
        Part((lower, thickness * 0.72, thickness * 0.72), len(parts) - 1, (0.85, 0, 0), -0.85, 0, bend,
             (spread, 0.8 * swing), phase + 0.2, skin=skin, like=shared[1], keep=keep)
    )  # fmt: skip


def _quadruped() -> list[Part]:
    parts = [
        Part((0.5, 0.26, 0.22), swing=(5, 3), phase=0.1),
        Part((0.34, 0.24, 0.21), 0, (-0.55, -0.05, 0), 0.4, swing=(7, 3), phase=0.3),
        Part((0.3, 0.13, 0.12), 0, (0.75, 0.45, 0), -0.7, 0, 50, (18, 12), 0.4),
        Part((0.24, 0.13, 0.12), 2, (0.85, 0.1, 0), -0.5, 0, -70, (28, 18), 0.6),
        Part((0.12, 0.05, 0.03), 3, (-0.4, 0.8, 0.5), -0.8, -30, 70, (10, 20), 0.2, skin=1, keep=0.7),
        Part((0.12, 0.05, 0.03), 3, (-0.4, 0.8, -0.5), -0.8, 30, 70, (10, 20), 0.7, skin=1, like=4, keep=0.7),
    ]
    for index, (x, z) in enumerate(((0.6, 0.55), (0.6, -0.55), (-0.6, 0.6), (-0.6, -0.6))):
        hind, left = index > 1, index % 2
        first = 6 + 4 * hind
        _limb(parts, int(hind), (x, -0.45, z), (0.55, 0.55), 0.1, phase=0.5 * ((index + hind) % 2),
              bend=25 if hind else -25, like=first if left else -1)  # fmt: skip
    _limb(parts, 1, (-0.9, 0.2, 0), (0.4, 0.4), 0.05, pitch=150, swing=22, spread=22, skin=1, keep=0.8)
    return parts


def _person() -> list[Part]:
    parts = [
        Part((0.3, 0.17, 0.24), pitch=90, swing=(6, 6), phase=0.2),
        Part((0.2, 0.15, 0.2), 0, (-0.7, 0, 0), 0.4, swing=(8, 4), skin=1),
        Part((0.16, 0.12, 0.12), 0, (1.05, 0, 0), -0.7, swing=(25, 15), phase=0.4, skin=1),
        Part((0.1, 0.14, 0.14), 2, (0.45, 0.1, 0), 0, swing=(3, 3), keep=0.6),
    ]
    for side, left in ((0.8, False), (-0.8, True)):
        _limb(parts, 0, (0.75, 0, side), (0.42, 0.42), 0.07, pitch=180, swing=35, bend=15, spread=14,
              phase=0.5 * left, like=4 if left else -1)  # fmt: skip
    for side, left in ((0.45, False), (-0.45, True)):
        _limb(parts, 1, (-0.5, 0, side), (0.52, 0.52), 0.1, pitch=180, swing=32, bend=-18,
              phase=0.5 * (not left), like=8 if left else -1, skin=1)  # fmt: skip
    for leg in (9, 11):
        parts.append(
            Part((0.14, 0.06, 0.07), leg, (0.9, 0, 0), -0.5, 0, 85, (0, 15), like=12 if leg == 11 else -1, keep=0.8)
        )
    return parts


def _bird() -> list[Part]:
    parts = [
        Part((0.42, 0.2, 0.18), swing=(4, 8)),
        Part((0.17, 0.14, 0.13), 0, (0.85, 0.5, 0), -0.4, 0, 20, (30, 15), 0.3),
        Part((0.12, 0.04, 0.04), 1, (0.85, 0, 0), -0.7, 0, -20, shape=CUT, cut=(-UNBOUNDED, 0.6), skin=1),
        Part((0.28, 0.04, 0.16), 0, (-0.85, 0.1, 0), 0.8, 0, -10, (8, 15), 0.5, skin=1),
    ]
    for side in (1, -1):
        first = 4 if side < 0 else -1
        second = 5 if side < 0 else -1
        parts.append(Part((0.36, 0.04, 0.2), 0, (0.1, 0.6, 0.5 * side), -0.9, -90 * side, 10, (10, 45), like=first))
        parts.append(
            Part((0.36, 0.03, 0.16), len(parts) - 1, (0.9, 0, 0), -0.9, 15 * side, -5, (10, 35), 0.85, skin=1,
                 like=second)
        )  # fmt: skip
        parts.append(
            Part((0.22, 0.03, 0.03), 0, (-0.2, -0.7, 0.5 * side), -0.9, 0, -110, (5, 20), 0.5 * side,
                 like=6 if side < 0 else -1, keep=0.7)
        )  # fmt: skip
    return parts


def _fish() -> list[Part]:
    parts = [Part((0.3, 0.26, 0.14), swing=(6, 0))]
    for link, (length, height) in enumerate(((0.28, 0.23), (0.22, 0.16), (0.18, 0.1))):
        parts.append(
            Part((length, height, height * 0.5), link, (-0.6, 0, 0), 0.55, swing=(16, 2), phase=-0.15 * (link + 1))
        )
    parts.append(Part((0.18, 0.2, 0.02), 3, (-0.7, 0, 0), 0.8, swing=(28, 0), phase=-0.6, skin=1))
    for side in (1, -1):
        parts.append(
            Part((0.16, 0.02, 0.08), 0, (0, -0.4, 0.7 * side), -0.9, -70 * side, -20, (20, 25), skin=1,
                 like=5 if side < 0 else -1)
        )  # fmt: skip
    parts.append(Part((0.16, 0.12, 0.02), 0, (-0.3, 0.8, 0), 0, 0, -20, skin=1, keep=0.7))
    parts.append(Part((0.1, 0.1, 0.1), 0, (0.75, 0.1, 0), 0, keep=0.5))
    return parts


def _wheel(parent: int, at: Vector, radius: float, width: float, like: int) -> Part:
    # Three times as long as what the cut leaves, so that the tread is nearly flat.
    return Part((3 * width, radius, radius), parent, at, 0, 90, 0, rolls=1 / radius, shape=CUT, cut=(-0.33, 0.33),
                skin=1, like=like)  # fmt: skip


def _car() -> list[Part]:
    parts = [
        Part((0.85, 0.2, 0.36), swing=(1, 2), shape=BOX),
        Part((0.45, 0.18, 0.32), 0, (-0.1, 1.6, 0), shape=BOX, keep=0.9),
        Part((0.4, 0.14, 0.33), 0, (0.6, 0.9, 0), keep=0.5),
        Part((0.06, 0.1, 0.34), 0, (1.02, -0.4, 0), shape=BOX, skin=1, keep=0.6),
    ]
    for index, (x, z) in enumerate(((0.62, 0.95), (0.62, -0.95), (-0.62, 0.95), (-0.62, -0.95))):
        parts.append(_wheel(0, (x, -0.9, z), 0.2, 0.08, 4 if index else -1))
    parts.append(Part((0.1, 0.08, 0.08), 0, (0.98, 0.2, 0.6), skin=1, keep=0.7))
    parts.append(Part((0.1, 0.08, 0.08), 0, (0.98, 0.2, -0.6), skin=1, like=8, keep=0.7))
    return parts


def _rider() -> list[Part]:
    """Somebody on two wheels."""
    parts = [
        Part((0.42, 0.07, 0.06), swing=(3, 3), shape=CUT, cut=(-0.9, 0.9)),
        _wheel(0, (1.25, -2.2, 0), 0.3, 0.05, -1),
        _wheel(0, (-1.25, -2.2, 0), 0.3, 0.05, 1),
        Part((0.3, 0.04, 0.04), 1, (0, 0, 0), -0.95, -90, 110, (8, 0), shape=CUT, cut=(-0.95, 0.95), skin=1),
        Part((0.3, 0.14, 0.17), 0, (-0.55, 1.0, 0), -0.8, 0, 62, (6, 12), 0.2),
        Part((0.14, 0.12, 0.12), 4, (1.0, 0, 0), -0.6, 0, 10, (25, 15), 0.5, skin=1),
    ]
    for side, left in ((0.9, False), (-0.9, True)):
        _limb(parts, 4, (0.7, 0, side), (0.32, 0.32), 0.06, pitch=-95, swing=8, bend=35, phase=0.5 * left,
              like=6 if left else -1)  # fmt: skip
        _limb(parts, 0, (-0.4, 0.8, 1.4 * side), (0.4, 0.42), 0.08, pitch=-40, swing=22, bend=-70,
              phase=0.5 * left, like=8 if left else -1, skin=1)  # fmt: skip
    return parts


def _ball() -> list[Part]:
    return [Part((0.5, 0.5, 0.5), rolls=1)]


def _blob() -> list[Part]:
    parts = [Part((0.42, 0.36, 0.36))]
    places = ((0.8, 0.2, 0.1), (-0.7, 0.3, 0.2), (0.1, 0.8, -0.2), (0.2, -0.7, 0.4), (-0.3, 0.1, -0.8), (0.4, 0.3, 0.8))
    for index, place in enumerate(places):
        parts.append(
            Part((0.26, 0.22, 0.22), 0, place, -0.2, 60 * index, 40 * index, (25, 25), index / 6,
                 skin=int(index == 5), keep=0.85)
        )  # fmt: skip
    return parts


def _chain(links: int, length: float, thickness: float, swing: float, taper: float) -> list[Part]:
    """A rope, a snake, a tail: a wave runs along it."""
    parts = [Part((length, thickness, thickness), swing=(swing, 0.4 * swing))]
    for link in range(1, links):
        width = thickness * (1 - taper * link / links)
        parts.append(
            Part((length, width, width), link - 1, (-0.6, 0, 0), 0.6, swing=(swing, 0.3 * swing), phase=-0.13 * link,
                 like=0)
        )  # fmt: skip
    return parts


def _snake() -> list[Part]:
    return [*_chain(12, 0.19, 0.085, 24, 0.7), Part((0.12, 0.08, 0.1), 0, (0.9, 0, 0), -0.5, swing=(20, 12), skin=1)]


def _rope() -> list[Part]:
    return [*_chain(11, 0.2, 0.03, 20, 0.2), Part((0.16, 0.12, 0.12), 0, (1, 0, 0), -0.9, skin=1, keep=0.7)]


def _flag() -> list[Part]:
    """A pole, and cloth that waves: each strip a thin box."""
    parts = [Part((1.2, 0.035, 0.035), pitch=90, swing=(0, 4), shape=CUT, cut=(-0.85, 0.85), skin=1)]
    for strip in range(7):
        first = strip == 0
        parts.append(
            Part((0.115, 0.36, 0.012), strip, (0.55, 0, 0) if first else (0.98, 0, 0), -0.98, 0, -90 if first else 0,
                 (24, 0), -0.14 * strip, shape=BOX, like=-1 if first else 1)
        )  # fmt: skip
    return parts


def _tree() -> list[Part]:
    """Poles and branches: thin, with something on their ends."""
    parts = [
        Part((0.75, 0.07, 0.07), pitch=90, swing=(3, 3), shape=CUT, cut=(-0.9, UNBOUNDED)),
        Part((0.32, 0.34, 0.34), 0, (0.9, 0, 0), -0.3, skin=1, keep=0.6),
    ]
    for branch in range(4):
        parts.append(
            Part((0.4, 0.035, 0.035), 0, (0.1 + 0.22 * branch, 0, 0), -0.95, 90 * branch + 40, -50, (8, 8), branch / 4,
                 keep=0.8)
        )  # fmt: skip
        parts.append(
            Part((0.15, 0.1, 0.14), len(parts) - 1, (0.9, 0, 0), -0.5, 0, -30, (15, 25), branch / 4, skin=1, keep=0.7)
        )
    return parts


def _robot() -> list[Part]:
    """Boxes on boxes: furniture, machines."""
    parts = [
        Part((0.3, 0.3, 0.26), swing=(8, 3), shape=BOX),
        Part((0.2, 0.16, 0.2), 0, (0, 1.5, 0), 0, swing=(40, 6), phase=0.3, shape=BOX, skin=1),
        Part((0.36, 0.08, 0.3), 0, (0, -1.2, 0), shape=BOX, keep=0.7),
    ]
    for side in (1, -1):
        like = 3 if side < 0 else -1
        parts.append(
            Part((0.32, 0.08, 0.08), 0, (0, 0.6, 1.2 * side), -0.8, 0, -70, (5, 40), 0.25 * side, shape=BOX, like=like,
                 keep=0.8)
        )  # fmt: skip
        parts.append(Part((0.1, 0.1, 0.1), len(parts) - 1, (1, 0, 0), skin=1, like=4 if side < 0 else -1, keep=0.8))
    return parts


def _box() -> list[Part]:
    return [Part((0.5, 0.35, 0.4), shape=BOX), Part((0.3, 0.12, 0.3), 0, (0, 1.2, 0), shape=BOX, skin=1, keep=0.4)]


def _spider() -> list[Part]:
    """Six legs."""
    parts = [
        Part((0.34, 0.22, 0.26), swing=(4, 4)),
        Part((0.2, 0.16, 0.18), 0, (0.95, 0.1, 0), -0.4, swing=(18, 10), skin=1),
        Part((0.36, 0.28, 0.3), 0, (-0.8, 0.2, 0), 0.7, swing=(8, 8), keep=0.7),
    ]
    for leg in range(6):
        side, row = 1 - 2 * (leg % 2), leg // 2
        _limb(parts, 0, (0.55 - 0.55 * row, 0, 0.7 * side), (0.45, 0.5), 0.05, yaw=side * (-60 - 30 * row), pitch=25,
              swing=14, spread=16, bend=-85, phase=0.5 * ((leg + row) % 2), like=3 if leg else -1)  # fmt: skip
    return parts


KINDS: dict[str, list[Part]] = {
    "quadruped": _quadruped(), "person": _person(), "bird": _bird(), "fish": _fish(), "car": _car(), "rider": _rider(),
    "ball": _ball(), "blob": _blob(), "snake": _snake(), "rope": _rope(), "flag": _flag(), "tree": _tree(),
    "robot": _robot(), "box": _box(), "spider": _spider(),
}  # fmt: skip
NAMES = tuple(KINDS)
FLYING = ("bird", "fish", "rope", "ball", "blob", "box")
"""Kinds that may be anywhere and tumble; the others stand on the ground."""
PROPS = ("ball", "box", "tree", "blob")
"""Kinds that stand about."""
TABLES = build_tables(list(KINDS.values()))
