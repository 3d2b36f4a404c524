// The checksum in one precision.

CLONES uint64_t NAME(palindrome_checksum)(palindrome_particle_set particles, palindrome_indices index) {
    const POSITION *const at[3] = COMPONENTS(particles.position);
    const MOMENTUM *const momentum[3] = COMPONENTS(particles.momentum);
    uint64_t sum = 0;
    for (int64_t i = 0; i < particles.count; i++) {
        uint64_t state = mixed(index_of(index, i));
        for (int axis = 0; axis < 3; axis++)
            state = mixed(state ^ at[axis][i]);
        for (int axis = 0; axis < 3; axis++)
            state = mixed(state ^ (uint64_t)momentum[axis][i]);
        sum += state;
    }
    return sum;
}
