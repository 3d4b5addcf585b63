"""How people walk, in the few numbers that filters need.

Sources: comfortable walking 1.2 to 1.5 m/s (Bohannon 1997); steady speed is reached within about a
second of standing still (Breniere and Do 1986); a stride takes 1.05 s, 62 % of it stance and 38 %
swing, and the swinging foot is three times as fast as the walker (Perry and Burnfield 2010).
"""

STANCE_S = 0.65
"""How long a walker's foot stays on the floor."""

SWING_S = 0.40
"""How long it is in the air."""

FOOT_CHANGE_MPS = 6.5
"""Change of a swinging foot's velocity within a second, one sigma along each axis: from 0 to about
4 m/s and back, 0.2 s each, with a root mean square of 2.8 m/s in a swing."""

FOOT_PACE = (STANCE_S + SWING_S) / SWING_S
"""How many times as fast as the walker a swinging foot is, on average: it must catch up."""

FOOT_SPEED_MPS = 1.5
"""Standard deviation of the velocity of a foot that has just left the floor, from that average."""

ROLL_M = 0.08
"""Drift of where a standing sole is seen within a second, one sigma.

The sole itself rolls and turns by some 5 cm; the rest is how networks err: by an offset that lasts
for a few images (chosen on five simulated halls).
"""

STEP_M = 0.5
"""Standard deviation of a foot's distance from the person: about a step."""

MIDFOOT_SWAY = 0.12
"""The place between the feet stops in double support and hurries in single support: at 1.3 m/s it
is up to 0.06 m ahead of or behind even walking, twice a stride, which is 0.05 m in 0.1 s. As a
random walk: one sigma within a second, as a fraction of the distance walked."""

WALK_MPS = 0.4
"""Slower than this, a person's velocity does not tell which way they face."""
