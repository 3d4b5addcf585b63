"""Training on painted figures: it learns, can be interrupted, and exports what it learned."""
# ruff: noqa: E402  # nothing of the package that imports torch comes before the check

import re
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: requirements/train.txt")

from gpss_pose_ros.cli import main
from gpss_pose_ros.errors import ConfigurationError, GpssError, ModelError
from gpss_pose_ros.perception.load import load_detector, load_pose_estimator
from gpss_pose_ros.perception.onnx_backend import OnnxBackend
from gpss_pose_ros.training import detector_task, pose_task
from gpss_pose_ros.training.blocks import Residual, multiply_accumulates
from gpss_pose_ros.training.eight_bits import save_in_eight_bits
from gpss_pose_ros.training.export import export
from gpss_pose_ros.training.half_storage import halve
from gpss_pose_ros.training.run_folder import RunFolder
from gpss_pose_ros.training.trainer import Trainer, learning_rate
from gpss_pose_ros.training.weights import load_weights, save_weights
from gpss_pose_ros.types import Detections

MODELS = Path(__file__).resolve().parents[3] / "config" / "models"
KINDS = ["detector", "pose"]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def task(kind, toy, descriptions, settings):
    return build(kind, toy, descriptions, settings)


def build(kind, toy, descriptions, settings):
    builder = {"detector": detector_task.build, "pose": pose_task.build}[kind]
    return builder(descriptions[KINDS.index(kind)], settings, *toy)


class Disturbed:
    """A task during whose `at`-th lesson something happens."""

    def __init__(self, task, at, event):
        self._task, self._at, self._event = task, at, event
        self.network = task.network
        self.batch, self.validate, self.exported = task.batch, task.validate, task.exported

    def losses(self, network, batch):
        self._at -= 1
        losses = self._task.losses(network, batch)
        return self._event(losses) if self._at == 0 else losses


def terminate(losses):
    signal.raise_signal(signal.SIGTERM)
    return losses


def test_an_interrupted_run_ends_like_one_that_was_not(kind, toy, descriptions, settings, tmp_path):
    def fresh():
        return build(kind, toy, descriptions, settings)

    whole = Trainer(fresh(), settings, RunFolder(tmp_path / "whole"))
    assert whole.run()
    folder = RunFolder(tmp_path / "parts")
    first = Trainer(Disturbed(fresh(), 5, terminate), settings, folder)
    assert not first.run()
    assert first.step == 5
    second = Trainer(fresh(), settings, folder)
    assert second.run()
    for name, value in whole.average.state_dict().items():
        assert torch.equal(value, second.average.state_dict()[name]), name
    lines = [RunFolder(tmp_path / name).metrics() for name in ("whole", "parts")]
    assert [line["step"] for line in lines[1]] == [4, 8]
    for a, b in zip(*lines, strict=True):
        figures = [n for n in a if n != "seconds" and not n.startswith("loss")]
        assert {n: a[n] for n in figures} == {n: b[n] for n in figures}
    assert (folder.path / "curves.png").stat().st_size > 1000


def test_a_limit_in_time_is_kept(task, settings, tmp_path):
    trainer = Trainer(task, settings, RunFolder(tmp_path))
    assert not trainer.run(limit_s=0.0)
    assert trainer.step == 1


def test_a_loss_that_is_not_finite_ends_the_run_and_spares_the_checkpoint(task, settings, tmp_path):
    def explode(losses):
        return {name: value * torch.nan for name, value in losses.items()}

    folder = RunFolder(tmp_path)
    with pytest.raises(GpssError, match="step 4: the loss is not finite"):
        Trainer(Disturbed(task, 5, explode), settings, folder).run()
    state = folder.load()
    assert state["step"] == settings.schedule.checkpoint_steps
    assert all(value.isfinite().all() for value in state["network"].values())


def test_a_folder_of_another_network_is_refused(kind, toy, descriptions, settings, tmp_path):
    folder = RunFolder(tmp_path)
    Trainer(build(kind, toy, descriptions, settings), settings, folder).run(0.0)
    wider = replace(settings, network=replace(settings.network, neck=24))
    with pytest.raises(ConfigurationError, match="another network"):
        Trainer(build(kind, toy, descriptions, wider), wider, folder)


def test_a_broken_checkpoint_is_named(task, settings, tmp_path):
    (tmp_path / "last.pt").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match=r"last\.pt: not a checkpoint"):
        Trainer(task, settings, RunFolder(tmp_path))


def test_networks_learn(kind, toy, descriptions, settings, tmp_path):
    still = replace(
        settings,
        schedule=replace(
            settings.schedule,
            steps=60,
            batch=8,
            learning_rate=4e-3,
            epoch_steps=20,
            ema_decay=0.8,
        ),
    )
    folder = RunFolder(tmp_path)
    Trainer(build(kind, toy, descriptions, still), still, folder).run()
    first, *_, last = folder.metrics()
    losses = [name for name in first if name.startswith("loss")]
    assert sum(last[n] for n in losses) < 0.8 * sum(first[n] for n in losses)
    figure = {"detector": "ap50", "pose": "oks"}[kind]
    assert last[figure] > 0.2


def test_an_exported_network_is_loaded_by_the_pipeline(
    kind, task, toy, descriptions, settings, tmp_path
):
    description = descriptions[KINDS.index(kind)]
    trainer = Trainer(task, settings, RunFolder(tmp_path))
    trainer.run(limit_s=0.0)
    path = tmp_path / description.file
    assert (
        export(task.exported(trainer.average), description, path, task.examples(8).float()) < 1e-3
    )
    assert b"BatchNormalization" not in path.read_bytes()
    save_in_eight_bits(path, tmp_path / description.cpu_file, task.examples(8))
    images = [image.read() for image in toy[1][:2]]
    if kind == "detector":
        found = load_detector(description, [tmp_path]).detect(images)
        assert len(found) == 2
    else:
        boxes = [Detections(i.boxes_xyxy_px, np.ones(len(i.boxes_xyxy_px))) for i in toy[1][:2]]
        poses = load_pose_estimator(description, [tmp_path]).estimate(images, boxes)
        assert [p.keypoints_px.shape[1:] for p in poses] == [(23, 2), (23, 2)]


def test_files_of_two_trainings_are_not_mixed(kind, task, descriptions, tmp_path):
    description = descriptions[KINDS.index(kind)]
    load = {"detector": load_detector, "pose": load_pose_estimator}[kind]
    path, small = tmp_path / description.file, tmp_path / description.cpu_file
    network = task.exported(task.network.eval())
    export(network, description, path, task.examples(8).float())
    save_in_eight_bits(path, small, task.examples(8))
    load(description, [tmp_path])
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelError, match=rf"{small.name} was made from another network than"):
        load(description, [tmp_path])
    path.unlink()
    load(description, [tmp_path])  # a site that has CPUs only needs the one file


def test_a_network_in_16_and_8_bits_finds_what_it_found_in_32(
    kind, toy, descriptions, settings, tmp_path
):
    description = descriptions[KINDS.index(kind)]
    schedule = replace(settings.schedule, steps=60, batch=8, learning_rate=4e-3, ema_decay=0.8)
    task = build(kind, toy, descriptions, replace(settings, schedule=schedule))
    trainer = Trainer(task, replace(settings, schedule=schedule), RunFolder(tmp_path / "run"))
    trainer.run()
    path, small = tmp_path / description.file, tmp_path / description.cpu_file
    export(task.exported(trainer.average), description, path, task.examples(8).float())
    pixels, size = task.examples(4).float().numpy(), path.stat().st_size
    before = OnnxBackend(path, description.outputs).run(pixels)
    halve(path)
    assert path.stat().st_size < 0.7 * size
    after = OnnxBackend(path, description.outputs).run(pixels)
    np.testing.assert_allclose(after[0], before[0], atol=0.03)
    save_in_eight_bits(path, small, task.examples(20))
    assert b"QuantizeLinear" in small.read_bytes()
    whole, eight = (
        task.validate(OnnxBackend(file, description.outputs).run) for file in (path, small)
    )
    figure = {"detector": "ap50", "pose": "oks"}[kind]
    assert eight[figure] == pytest.approx(whole[figure], abs=0.05)
    assert whole[figure] > 0.2


def test_the_command_trains_continues_and_exports(toy_folder, tmp_path, capsys):
    for folder in ("training", "models"):
        (tmp_path / folder).mkdir()
    description = (MODELS / "gpss_pose.yaml").read_text().replace("[128, 128]", "[96, 96]")
    (tmp_path / "models" / "gpss_pose.yaml").write_text(description)
    config = tmp_path / "training" / "pose.yaml"
    config.write_text(
        f"{{model: gpss_pose, dataset: {toy_folder}, run: elsewhere,"
        " network: {stem: 8, widths: [8, 8], blocks: [0, 0], neck: 8}, schedule: {batch: 2}}"
    )

    def gpss(*words):
        run = str(tmp_path / "run")
        return main(["train", "pose", "--config", str(config), "--run", run, *words])

    assert gpss("--steps", "5", "--limit-minutes", "0") == 0
    assert "run the same command to continue" in capsys.readouterr().out
    assert gpss("--steps", "5") == 0
    assert gpss("--export-only", "--onnx", str(tmp_path / "again.onnx")) == 0
    exported = (tmp_path / "run" / "gpss_pose.onnx").read_bytes()
    assert (tmp_path / "again.onnx").read_bytes() == exported
    out = capsys.readouterr().out
    assert out.count("after 5 steps") == 2
    for name in ("gpss_pose.onnx", "gpss_pose_int8.onnx"):
        assert re.search(rf"{name}: oks 0\.\d", out), out


def test_a_pose_network_learns_from_the_boxes_of_a_detector(toy_folder, tmp_path, capsys):
    config = tmp_path / "pose.yaml"

    def train(detector):
        config.write_text(
            f"{{model: {MODELS}/gpss_pose.yaml, dataset: {toy_folder}, run: {tmp_path}/run,"
            f" detector: {detector},"
            " network: {stem: 8, widths: [8, 8], blocks: [0, 0], neck: 8},"
            " schedule: {batch: 2, steps: 1}}"
        )
        return main(["train", "pose", "--config", str(config)])

    assert train("gpss_nobody") == 1
    assert "no model description 'gpss_nobody'" in capsys.readouterr().err
    assert train("gpss_pose") == 1
    assert "a detector is wanted" in capsys.readouterr().err
    assert train("gpss_detector") == 0
    assert "boxes of gpss_detector: 100%" in capsys.readouterr().err


def test_the_learning_rate_rises_then_falls(settings):
    schedule = replace(settings.schedule, steps=100, warmup_steps=10, learning_rate=1.0)
    rates = [learning_rate(step, schedule) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert max(rates) == pytest.approx(1.0, abs=0.05)
    assert rates[-1] == pytest.approx(0.01, abs=0.005)


def test_multiplications_of_a_residual_block_are_counted():
    class Block(torch.nn.Sequential):
        pass

    assert multiply_accumulates(Block(Residual(3)), (10, 20)) == 2 * 9 * 3 * 3 * 200


def test_a_run_starts_from_the_weights_of_another(kind, toy, descriptions, settings, tmp_path):
    first = Trainer(build(kind, toy, descriptions, settings), settings, RunFolder(tmp_path / "a"))
    first.run()
    save_weights(first.average, tmp_path / "weights.pt")
    task = build(kind, toy, descriptions, replace(settings, seed=99))
    load_weights(task.network, tmp_path / "weights.pt")
    for name, value in first.average.state_dict().items():
        torch.testing.assert_close(task.network.state_dict()[name], value, rtol=1e-3, atol=1e-3)


def test_a_wider_and_deeper_network_starts_where_a_smaller_one_was(
    kind, toy, descriptions, settings, tmp_path
):
    small = Trainer(build(kind, toy, descriptions, settings), settings, RunFolder(tmp_path / "a"))
    small.run()
    save_weights(small.average, tmp_path / "small.pt")
    narrow = settings.network
    larger = replace(
        narrow,
        stem=narrow.stem + 3,
        widths=tuple(width + 5 for width in narrow.widths),
        blocks=tuple(count + 1 for count in narrow.blocks),
        neck=narrow.neck + 2,
    )
    task = build(kind, toy, descriptions, replace(settings, network=larger, seed=99))
    load_weights(task.network, tmp_path / "small.pt")
    pixels = task.examples(4).float()
    with torch.no_grad():
        before = task.exported(small.average)(pixels)
        after = task.exported(task.network.eval())(pixels)
    torch.testing.assert_close(after, before, rtol=1e-2, atol=1e-2)
    save_weights(task.network, tmp_path / "large.pt")
    narrow_again = build(kind, toy, descriptions, settings).network
    with pytest.raises(ConfigurationError, match=r"large\.pt does not fit this network"):
        load_weights(narrow_again, tmp_path / "large.pt")


def test_weights_of_another_network_are_refused(toy, descriptions, settings, tmp_path):
    save_weights(build("pose", toy, descriptions, settings).network, tmp_path / "pose.pt")
    detector = build("detector", toy, descriptions, settings).network
    with pytest.raises(ConfigurationError, match=r"pose\.pt does not fit"):
        load_weights(detector, tmp_path / "pose.pt")
    with pytest.raises(ConfigurationError, match=r"none\.pt"):
        load_weights(detector, tmp_path / "none.pt")
