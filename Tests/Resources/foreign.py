"""Makes foreign.h5 and its kin, files as h5py and others write them, for the tests: python3 foreign.py (h5py 3, numpy)."""
import h5py
import numpy as np

shape = (6, 6, 6)
values = np.arange(216.0).reshape(shape) / 216 + 0.5
mask = np.ones(shape, bool)
mask[:2] = False

with h5py.File("foreign.h5", "w") as file:
    file["values"] = values
    file["big_endian"] = values.astype(">f8")
    file["half"] = values.astype("f2")
    file["boolean"] = mask
    file["bytes"] = mask.astype("u1")
    file["gaps"] = np.where(mask, values, np.nan)
    file["complex"] = values + 1j * values
    file["text"] = np.array([b"abc"] * 6)
    file.create_dataset("on_off", data=mask.astype("i4"), dtype=h5py.enum_dtype({"OFF": 0, "ON": 1}, basetype="i4"))
    file.create_dataset("three_kinds", data=mask.astype("u1"), dtype=h5py.enum_dtype({"A": 0, "B": 1, "C": 2}, basetype="u1"))
    bits = h5py.h5d.create(file.id, b"bits", h5py.h5t.STD_B8LE, h5py.h5s.create_simple(shape))  # as PyTables does
    bits.write(h5py.h5s.ALL, h5py.h5s.ALL, np.ascontiguousarray(mask.view("V1")), mtype=h5py.h5t.NATIVE_B8)
    file.create_dataset("never_written", shape, "f8")
    file.create_dataset("never_written_chunks", shape, "f8", chunks=(3, 3, 3))
    file.create_dataset("deflated", data=values, compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("lzf", data=values, compression="lzf")
    file.create_dataset("external", shape, "f8", external=[("raw.bin", 0, 8 * 216)])
    layout = h5py.VirtualLayout(shape, "f8")
    layout[...] = h5py.VirtualSource("other.h5", "values", shape)
    file.create_virtual_dataset("virtual", layout)
    file["group/values"] = values
    file["soft"] = h5py.SoftLink("/values")
    file["dangling"] = h5py.SoftLink("/nowhere")
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/values")
    file["values"].attrs["flag"] = True
    file["values"].attrs["numbers"] = np.arange(3)

with h5py.File("user_block.h5", "w", userblock_size=1024) as file:
    file["values"] = values
with open("user_block.h5", "r+b") as file:
    file.write(b"A block of the user's own.")
