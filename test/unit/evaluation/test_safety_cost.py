import numpy as np

from gpss_pose_ros.evaluation.safety_cost import HALL_M, coverage_ms, hall_cameras


def test_cameras_hang_all_over_the_hall():
    places = np.array([camera.position_m for camera in hall_cameras(16)])
    assert (np.abs(places[:, :2]) < np.array(HALL_M) / 2).all()
    assert (np.ptp(places[:, :2], axis=0) > np.array(HALL_M) / 2).all()
    assert (places[:, 2] > 4.0).all()


def test_coverage_is_measured_in_every_update():
    taken_ms = coverage_ms(cameras=2, updates=3)
    assert taken_ms.shape == (3,)
    assert (taken_ms > 0.0).all()
