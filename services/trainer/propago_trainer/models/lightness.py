"""CIE lightness as the input of encoders that were trained without colour."""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Luminance of linear sRGB (ITU-R BT.709, white point D65), as OpenCV has it.
LUMINANCE = (0.212671, 0.715160, 0.072169)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Lightness(nn.Module):
    """RGB in 0..1 [B, 3, H, W] -> the lightness of each pixel in three channels, scaled as UVC's network expects it.

    UVC stores L* of 0..100 as 0..255, subtracts and divides by 128, maps that to 0..1 and normalises each of three
    copies by the ImageNet statistics: (L* * 255 / 100 / 256 - mean) / std.
    """

    weight: Tensor
    scale: Tensor
    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        std = torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
        constants = {
            "weight": torch.tensor(LUMINANCE).view(1, 3, 1, 1),
            "scale": 255 / 100 / 256 / std,
            "shift": -torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1) / std,
        }
        for name, value in constants.items():
            self.register_buffer(name, value, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        linear = torch.where(images <= 0.04045, images / 12.92, ((images + 0.055) / 1.055) ** 2.4)
        luminance = (linear * self.weight).sum(dim=1, keepdim=True)
        lightness = torch.where(luminance <= 0.008856, 903.3 * luminance, 116 * luminance ** (1 / 3) - 16)
        return lightness * self.scale + self.shift
