"""Takes the library along: PALINDROME_LIBRARY names one that is built already, else `jobscripts/library` builds it."""

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]


class BuildWithLibrary(build_py):
    def run(self) -> None:
        super().run()
        package = Path(self.build_lib) / "palindrome"
        package.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "CSupport/CInterface/include/palindrome.h", package)
        library = os.environ.get("PALINDROME_LIBRARY")
        if not library:
            subprocess.run([str(ROOT / "jobscripts/library")], check=True)
            library = str(ROOT / ".build/library/libpalindrome.so")
        shutil.copy(library, package / "libpalindrome.so")


class WithLibrary(Distribution):
    def has_ext_modules(self) -> bool:  # of this platform, though of any Python
        return True


setup(cmdclass={"build_py": BuildWithLibrary}, distclass=WithLibrary)
