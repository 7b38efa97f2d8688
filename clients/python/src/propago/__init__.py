"""Client of Propago: labels of some frames of a video in, labels of every frame out."""

from .client import Client
from .errors import PropagoError
from .exports import Export
from .generated.error_codes import ErrorCode
from .runs import Run, Runs
from .videos import Video, Videos

__all__ = ["Client", "ErrorCode", "Export", "PropagoError", "Run", "Runs", "Video", "Videos"]
