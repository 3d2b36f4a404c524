internal import FoundationEssentials
internal import Parallel

/// How records for machines are written and read: JSON, keys sorted, `snake_case`.
enum RecordCoding {
    static func text(of record: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
    }

    static func decode<Record: Decodable>(_ json: String, source: String, called name: String)
        throws(UsageError) -> Record
    {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Record.self, from: Data(json.utf8))
        } catch {
            throw UsageError(
                "\(source): is damaged or not \(name) (\(reason(error))); remove it to leave it out")
        }
    }

    static func requireFormat(_ format: Int, atMost current: Int, source: String) throws(UsageError) {
        guard format <= current else {
            throw UsageError(
                "\(source): format is \(format); it must be at most \(current); use a newer palindrome")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "there is no \(key.stringValue)"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another type"
        default: "it is not JSON"
        }
    }
}
