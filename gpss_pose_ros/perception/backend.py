"""The seam to inference engines."""

from typing import Protocol

from gpss_pose_ros.perception.preprocess import Tensor

Shape = tuple[int | None, ...]


class Backend(Protocol):
    """Runs one network. Dimensions the network leaves open are None in its shapes."""

    @property
    def input_shape(self) -> Shape:
        """Shape of the input batch."""

    @property
    def input_dtype(self) -> str:
        """NumPy name of the input's type."""

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        """Shapes of the outputs, in the order asked for."""

    @property
    def inference_ns(self) -> int:
        """Wall-clock time spent inside the network since construction, in [ns]."""

    def run(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Return the outputs for a batch (N, ...) of at least one input, each (N, ...)."""
