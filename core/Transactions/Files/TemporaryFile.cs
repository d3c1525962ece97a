namespace Cirm.Core.Transactions.Files;

/// <summary>Room on disk for what is being worked on.</summary>
static class TemporaryFile
{
    /// <summary>A file without a name: it is gone when it is closed, and also when the process is killed.</summary>
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"cirm-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 32 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }
}
