import io.trino.plugin.memory.MemoryPlugin;
import io.trino.server.testing.TestingTrinoServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Map;

/** Trino on loopback with tables in memory, until its standard input ends. */
class TrinoServer {
  public static void main(String[] args) throws Exception {
    TestingTrinoServer server = TestingTrinoServer.create();
    server.installPlugin(new MemoryPlugin());
    server.createCatalog("memory", "memory", Map.of("memory.max-data-per-node", "512MB"));
    // What is printed goes to Trino's log, which is on the standard error.
    new PrintStream(new FileOutputStream(FileDescriptor.out)).println("READY " + server.getBaseUrl());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
