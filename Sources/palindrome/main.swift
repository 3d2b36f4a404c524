internal import Glibc

exit(Launcher.run())
