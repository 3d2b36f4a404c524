#pragma once

// Kernels: arithmetic on arrays. No allocation, no MPI, no global state.
//
// Precision is in the name: `_f32` and `_f64` (`_32` and `_64` where words are moved, whatever they mean).
// Arrays of the precision that a kernel is named by are `void *`, so that structs and signatures are the same
// in either; other arrays, and coefficients, are of the types that they show.
//
// What belongs together is a struct that comes by value, and a kernel has five parameters at most. What it
// finds is what it returns.
//
// Swift calls those that work on a rank's arrays through a table (Sources/Kernels), where another processor
// can put its own in their place; what is said here is what these must do.

#include "checksum.h"
#include "deposit.h"
#include "drift.h"
#include "exact_sum.h"
#include "friends.h"
#include "kick.h"
#include "kick_adjoint.h"
#include "network.h"
#include "order.h"
#include "particle_block.h"
#include "particles.h"
#include "planes.h"
#include "random.h"
#include "resample.h"
#include "rim.h"
#include "short_range.h"
#include "sight.h"
#include "window.h"
