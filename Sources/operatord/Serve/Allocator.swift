import CMalloc

/// Settings of the C allocator for a process that lives for months.
enum Allocator {
    /// Gives large blocks back to the system as soon as they are freed.
    ///
    /// Left alone, glibc raises its threshold for mapped blocks to the largest one ever freed, so the 16 MiB of one
    /// password hash would stay in the heap for good. Setting a threshold ends that. To be called before other
    /// threads run.
    static func returnLargeBlocks() {
        _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
        _ = mallopt(M_TRIM_THRESHOLD, 1 << 20)
    }
}
