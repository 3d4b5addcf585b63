"""Video files: every image comes out, and what cannot be decoded is named."""

import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import RecordingError
from gpss_pose_ros.recordings.video import Video


def test_images_come_in_order_and_again(tmp_path, write_video):
    video = Video(write_video(tmp_path / "cam.avi", size=(320, 240), frames=6, rate_hz=30.0))
    assert (video.size, video.frames, video.rate_hz) == ((320, 240), 6, 30.0)
    for _ in range(2):
        levels = [float(np.mean(image)) for image in video.images()]
        assert levels == pytest.approx([40 + 10 * k for k in range(6)], abs=2)
    assert float(np.mean(video.first_image)) == pytest.approx(40, abs=2)


def test_a_truncated_video_gives_what_decodes(tmp_path, write_video):
    path = write_video(tmp_path / "cam.avi", frames=20)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    images = list(Video(path).images())
    assert 0 < len(images) < 20
    assert all(image.shape == (480, 640, 3) for image in images)


def test_a_file_that_goes_away_is_an_error_not_an_empty_video(tmp_path, write_video):
    video = Video(write_video(tmp_path / "cam.avi"))
    video.path.unlink()
    with pytest.raises(RecordingError, match="can no longer be opened"):
        next(video.images())


def test_a_stream_without_a_length_is_named_with_a_fix(tmp_path):
    """Bare JPEG images, one after the other, decode but do not say how many they are."""
    path = tmp_path / "cam.avi"
    _, data = cv2.imencode(".jpg", np.full((240, 320, 3), 90, np.uint8))
    path.write_bytes(data.tobytes() * 6)
    with pytest.raises(RecordingError, match=r"does not say its frame rate and length.*convert it"):
        Video(path)


@pytest.mark.parametrize("content", [b"", b"not a video" * 50], ids=["empty", "text"])
def test_what_is_no_video_is_named_with_a_fix(tmp_path, content):
    path = tmp_path / "cam.mp4"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="is it complete") as caught:
        Video(path)
    assert str(path) in str(caught.value)


def test_a_missing_video_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"no video .*cam\.mp4"):
        Video(tmp_path / "cam.mp4")
