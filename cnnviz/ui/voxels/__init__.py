"""Volumes as they are: cubes that can be turned, slices along three axes, and the brightest along the line of sight."""

from cnnviz.ui.voxels.solid import Solid, solid_of, tinted
from cnnviz.ui.voxels.viewer import VoxelViewer

__all__ = ["Solid", "VoxelViewer", "solid_of", "tinted"]
