#include "CFourier.h"
