"""The one-slot mailbox: the newest wins, nobody waits for ever, and nothing is lost uncounted."""

import threading

from gpss_pose_ros.mailbox import Mailbox

SOON_S = 10.0


def test_the_newest_wins_and_the_replaced_are_counted():
    box = Mailbox()
    for item in "abc":
        box.put(item)
    assert (box.take(0.0), box.replaced) == ("c", 2)
    box.put("d")
    assert (box.take(0.0), box.replaced) == ("d", 2)


def test_an_item_is_taken_once():
    box = Mailbox()
    box.put("a")
    assert (box.take(0.0), box.take(0.0)) == ("a", None)


def test_who_waits_gets_what_comes():
    box, got = Mailbox(), []
    waiter = threading.Thread(target=lambda: got.append(box.take(SOON_S)))
    waiter.start()
    box.put("a")
    waiter.join(SOON_S)
    assert got == ["a"]


def test_closing_wakes_who_waits():
    box, got = Mailbox(), []
    waiter = threading.Thread(target=lambda: got.append(box.take(60.0)), daemon=True)
    waiter.start()
    box.close()
    waiter.join(SOON_S)
    assert not waiter.is_alive()
    assert got == [None]
    assert box.closed


def test_every_item_is_either_taken_or_counted_as_replaced():
    box, taken = Mailbox(), []

    def consume():
        while not box.closed or len(taken) + box.replaced < 500:
            item = box.take(0.01)
            if item is not None:
                taken.append(item)

    consumer = threading.Thread(target=consume, daemon=True)
    consumer.start()
    for item in range(1, 501):
        box.put(item)
    box.close()
    consumer.join(SOON_S)
    assert not consumer.is_alive()
    assert len(taken) + box.replaced == 500
    assert taken == sorted(set(taken))
    assert taken[-1] == 500
