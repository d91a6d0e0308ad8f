"""Takes system calls away from a process: the network, all that makes a second process, and all that touches others.

The filter is checked by the kernel before each call and can never be taken off again; root is bound by it as well.
"""

import ctypes
import errno
import os
import platform
import struct
from typing import Final

PR_SET_SECCOMP: Final = 22
PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
MODE_FILTER: Final = 2
CLONE_THREAD: Final = 0x10000
FOREIGN_CALLS: Final = 0x40000000
"""From here on x86-64 numbers its calls a second time."""

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of the kernel's packet filter."""

ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
REFUSE: Final = 0x00050000
AT_NUMBER, AT_ARCHITECTURE, AT_ARGUMENTS = 0, 4, 16

ARCHITECTURES: Final = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""How the kernel calls the architecture, and which number of the tables below is its own."""

NONE: Final = -1
NEVER: Final = {
    # The network, and io_uring, which would open sockets without any of these calls.
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200),
    "listen": (50, 201), "sendto": (44, 206), "io_uring_setup": (425, 425),
    # A second process, which could outlive this one.
    "fork": (57, NONE), "vfork": (58, NONE), "execve": (59, 221), "execveat": (322, 281), "setsid": (112, 157),
    "setpgid": (109, 154), "setrlimit": (160, 164),
    # Other processes: looking into them, signals to them, and how they are scheduled.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_getfd": (438, 438),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "kcmp": (312, 272), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "setpriority": (141, 140),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122), "ioprio_set": (251, 30),
    # What is shared with them, and outlives this one.
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218),
    # The machine.
    "mount": (165, 40), "umount2": (166, 39), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "mount_setattr": (442, 442), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "acct": (163, 89),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "sethostname": (170, 161), "quotactl": (179, 60),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "swapoff": (168, 225), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "setdomainname": (171, 162), "syslog": (103, 116), "fanotify_init": (300, 262),
    "iopl": (172, NONE), "ioperm": (173, NONE), "vhangup": (153, 58),
    # Files by other ways than their names, their rights and times, which Landlock leaves alone, and what early ones do.
    "truncate": (76, 45), "utime": (132, NONE), "utimes": (235, NONE), "futimesat": (261, NONE), "utimensat": (280, 88),
    "open_by_handle_at": (304, 265), "mknod": (133, NONE), "mknodat": (259, 33), "chmod": (90, NONE),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, NONE), "lchown": (94, NONE),
    "fchown": (93, 55), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
}  # fmt: skip

UNKNOWN: Final = {
    # The C library falls back to `clone` for the first, whose flags a filter can see, to files for the second, and to
    # `openat` for the third.
    "clone3": (435, 435), "memfd_create": (319, 279), "openat2": (437, 437),
}  # fmt: skip
CLONE: Final = (56, 220)
KILL_ONE: Final = (62, 129)
KILL_THREAD: Final = (234, 131)
PRCTL: Final = (157, 167)
PRLIMIT: Final = (302, 261)
FCNTL: Final = (72, 25)
OPEN: Final = (2, NONE)
OPENAT: Final = (257, 56)

F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15
"""With these a pipe sends any signal to any process once something is written into it."""

ACCESS_MODE: Final = 0x3
TRUNCATING: Final = 0x200
"""Flags of `open`. Early versions of Landlock let truncate whoever may read."""

Instruction = tuple[int, int, int, int]


def is_known() -> bool:
    """Return whether this machine's system calls are in the tables."""
    return platform.machine() in ARCHITECTURES


def restrict() -> None:
    """Take the calls away from this process: it starts no other and signals nobody."""
    instructions = _program(*ARCHITECTURES[platform.machine()])
    code = b"".join(struct.pack("HBBI", *each) for each in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(instructions), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "seccomp")


def _program(architecture: int, column: int) -> list[Instruction]:
    program = [
        (LOAD, 0, 0, AT_ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, AT_NUMBER), (AT_LEAST, 0, 1, FOREIGN_CALLS if column == 0 else 0xFFFFFFFF),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
    ]  # fmt: skip
    for calls, error in ((NEVER, errno.EPERM), (UNKNOWN, errno.ENOSYS)):
        numbers = (numbers[column] for numbers in calls.values() if numbers[column] != NONE)
        program += [each for number in numbers for each in ((EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | error))]
    return [*program, *_by_argument(column), *_truncating(column), (RETURN, 0, 0, ALLOW)]


def _by_argument(column: int) -> list[Instruction]:
    """Return what depends on an argument: threads but no processes, signals to itself, limits read but not set."""
    own = os.getpid()
    refuse = (RETURN, 0, 0, REFUSE | errno.EPERM)
    allow = (RETURN, 0, 0, ALLOW)
    first, second, third = AT_ARGUMENTS, AT_ARGUMENTS + 8, AT_ARGUMENTS + 16
    of_limits = [(LOAD, 0, 0, third), (EQUAL, 0, 2, 0), (LOAD, 0, 0, third + 4), (EQUAL, 1, 0, 0), refuse, allow]
    return [
        *_on(CLONE[column], [(LOAD, 0, 0, first), (ANY_BIT, 1, 0, CLONE_THREAD), refuse, allow]),
        *_on(KILL_ONE[column], [(LOAD, 0, 0, first), (EQUAL, 1, 0, own), refuse, allow]),
        *_on(KILL_THREAD[column], [(LOAD, 0, 0, first), (EQUAL, 1, 0, own), refuse, allow]),
        *_on(PRCTL[column], [(LOAD, 0, 0, first), (EQUAL, 1, 0, PR_SET_PDEATHSIG), (EQUAL, 0, 1, PR_SET_DUMPABLE),
                             refuse, allow]),
        *_on(PRLIMIT[column], of_limits),
        *_on(FCNTL[column], [(LOAD, 0, 0, second), (EQUAL, 2, 0, F_SETOWN), (EQUAL, 1, 0, F_SETSIG),
                             (EQUAL, 0, 1, F_SETOWN_EX), refuse, allow]),
    ]  # fmt: skip


def _truncating(column: int) -> list[Instruction]:
    """Return what keeps a file from being truncated by opening it to be read."""
    instructions = []
    for number, position in ((OPEN[column], 1), (OPENAT[column], 2)):
        if number != NONE:
            instructions += _on(number, [
                (LOAD, 0, 0, AT_ARGUMENTS + 8 * position), (ANY_BIT, 0, 2, TRUNCATING), (ANY_BIT, 1, 0, ACCESS_MODE),
                (RETURN, 0, 0, REFUSE | errno.EPERM), (RETURN, 0, 0, ALLOW),
            ])  # fmt: skip
    return instructions


def _on(number: int, then: list[Instruction]) -> list[Instruction]:
    return [(EQUAL, 0, len(then), number), *then]
