import NIOCore

/// How an answer's text is written: as OpenAI's chat completion or as its response.
protocol AnswerFormat {
    /// The answer as one object.
    func whole(_ text: String, into buffer: inout ByteBuffer)
    /// What a stream begins with.
    func opening(into buffer: inout ByteBuffer)
    /// A part of the text in a stream.
    func chunk(_ text: String, into buffer: inout ByteBuffer)
    /// What a stream of the whole text ends with.
    func closing(_ text: String, into buffer: inout ByteBuffer)
}
