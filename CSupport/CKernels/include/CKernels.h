#pragma once

#include "checksum.h"
#include "deposit.h"
#include "drift.h"
#include "exact_sum.h"
#include "friends.h"
#include "kick.h"
#include "kick_adjoint.h"
#include "order.h"
#include "particle_block.h"
#include "planes.h"
#include "random.h"
#include "rim.h"
