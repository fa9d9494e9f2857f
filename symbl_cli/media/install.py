"""The command that installs a missing piece on this system."""

import sys
from shutil import which

from ..frozen import dataclass


@dataclass(frozen=True, slots=True)
class Package:
    """A piece of software under the names that package managers give it."""

    debian: str
    fedora: str
    arch: str
    homebrew: str
    windows: str = ""
    """Empty where Windows has no need of it."""


FFMPEG = Package("ffmpeg", "ffmpeg-free", "ffmpeg", "ffmpeg", "Gyan.FFmpeg")
PORTAUDIO = Package("libportaudio2", "portaudio", "portaudio", "portaudio")
ALSA = Package("libasound2-data", "alsa-lib", "alsa-lib", "alsa-lib")
RECORDER = Package("pulseaudio-utils", "pulseaudio-utils", "libpulse", "sox")


def install_command(package: Package) -> str:
    """One command for this system's package manager; the plain name without one."""
    managers = (
        ("apt-get", f"sudo apt-get install {package.debian}"),
        ("dnf", f"sudo dnf install {package.fedora}"),
        ("pacman", f"sudo pacman -S {package.arch}"),
        ("brew", f"brew install {package.homebrew}"),
        ("winget", f"winget install {package.windows}"),
    )
    for program, command in managers:
        if which(program):
            return command
    return managers[3][1] if sys.platform == "darwin" else f"install {package.debian}"
