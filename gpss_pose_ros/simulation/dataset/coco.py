"""Records of COCO's keypoint format, with the camera's calibration beside each image.

Pixel (0, 0) is the centre of the top-left pixel, for boxes and keypoints. Next to COCO's own keys
a person has `body`, `visible_fraction` (of the pixels the person would have with nothing in
front), `keypoints_m` (23, 3) and `soles_m` (2, 3: left, right) in the factory frame, in [m].

A person of whom too little is seen to be found (under 3 % or 12 px) has `iscrowd` 1: neither
finding nor missing them is a mistake. A person of whom no pixel is seen is left out.

`area`, by which OKS judges distances, is that of COCO's segments, which cover 0.53 of their boxes:
the convention for datasets without segments.
"""

from typing import Any

import numpy as np

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.perception.skeleton import COCO17_FEET
from gpss_pose_ros.simulation.truth import PersonTruth

LEAST_VISIBLE_FRACTION = 0.03
LEAST_SIDE_PX = 12.0
SEGMENT_OF_BOX = 0.53
PERSON_CATEGORY = {
    "id": 1,
    "name": "person",
    "supercategory": "person",
    "keypoints": list(COCO17_FEET.keypoints),
    "skeleton": [[a + 1, b + 1] for a, b in COCO17_FEET.edges],  # COCO counts from 1
}
_PERSONS_PER_IMAGE = 100  # room for annotation ids; no image has as many
Record = dict[str, Any]


def image_record(index: int, file_name: str, camera: Camera, view: str, world: int) -> Record:
    """Return the entry of `images` for one image.

    Args:
        index: number of the image in its split, its id.
        file_name: relative to the folder of the split's images.
        camera: true camera, distortion included.
        view: "top" or "side".
        world: seed of the world that was rendered.
    """
    width, height = camera.model.size
    return {
        "id": index,
        "file_name": file_name,
        "width": width,
        "height": height,
        "view": view,
        "world": world,
        "camera": {
            "model": camera.model.model,
            "K": camera.model.K.tolist(),
            "distortion": camera.model.distortion.tolist(),
            "factory_from_camera": camera.factory_from_camera.as_matrix().tolist(),
        },
    }


def annotation_record(image: Record, number: int, truth: PersonTruth) -> Record:
    """Return the entry of `annotations` for one person.

    Args:
        image: the image's record.
        number: of the person among those annotated in this image.
        truth: what the image shows of the person.
    """
    limit = np.array([image["width"], image["height"]]) - 1.0
    low, high = np.clip(truth.box_xyxy_px.reshape(2, 2), 0.0, limit)
    size = high - low
    known = truth.visibility > 0
    points = np.where(known[:, None], truth.keypoints_px, 0.0)
    triples = np.column_stack([points.round(2), truth.visibility])
    ignored = truth.visible_fraction < LEAST_VISIBLE_FRACTION or size.max() < LEAST_SIDE_PX
    return {
        "id": image["id"] * _PERSONS_PER_IMAGE + number,
        "image_id": image["id"],
        "category_id": PERSON_CATEGORY["id"],
        "bbox": [*low.round(2).tolist(), *size.round(2).tolist()],
        "area": round(SEGMENT_OF_BOX * float(size.prod()), 2),
        "num_keypoints": int(known.sum()),
        "keypoints": [int(x) if x == int(x) else x for x in triples.ravel().tolist()],
        "iscrowd": int(ignored),
        "visible_fraction": round(truth.visible_fraction, 4),
    }


def document(records: list[Record], description: str) -> Record:
    """Return the whole COCO document of one split.

    Args:
        records: of each image: {"image": ..., "annotations": [...]}.
        description: what dataset and split this is.
    """
    ordered = sorted(records, key=lambda record: int(record["image"]["id"]))
    return {
        "info": {"description": description},
        "images": [record["image"] for record in ordered],
        "annotations": [a for record in ordered for a in record["annotations"]],
        "categories": [PERSON_CATEGORY],
    }
