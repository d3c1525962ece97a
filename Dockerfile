# syntax=docker/dockerfile:1
# One file, two targets: `api` (the default) and `worker`. They share every layer but the entry point, so that both are
# always of the same version, and either runs the steps: dotnet /app/migrations/Cirm.Migrations.dll, …/seeds/Cirm.Seeds.dll
#
#   docker build -t cirm-api .
#   docker build -t cirm-worker --target worker --build-arg JOB_ENGINE=Hangfire .

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG JOB_ENGINE=Quartz
WORKDIR /src

# The packages, a layer of their own: fetched again only when a project file changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY api/*.csproj api/
COPY core/*.csproj core/
COPY jobs/*.csproj jobs/
COPY migrations/*.csproj migrations/
COPY seeds/*.csproj seeds/
RUN for program in api jobs migrations seeds; do dotnet restore $program -p:JobEngine=$JOB_ENGINE || exit 1; done

COPY . .
RUN for program in api jobs migrations seeds; do \
      dotnet publish $program -c Release --no-restore -p:JobEngine=$JOB_ENGINE -p:UseAppHost=false -o /app/$program || exit 1; \
    done
# The solver's native libraries: those of this machine.
RUN case $(uname -m) in x86_64) rm -rf /app/*/runtimes/linux-arm64 ;; aarch64) rm -rf /app/*/runtimes/linux-x64 ;; esac

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime
COPY --from=build /app /app
COPY LICENSE /app/
WORKDIR /app
ENV CIRM_HOST=0.0.0.0 \
    CIRM_PORT=8080 \
    DOTNET_EnableDiagnostics=0
USER $APP_UID

FROM runtime AS worker
WORKDIR /app/jobs
ENTRYPOINT ["dotnet", "Cirm.Jobs.dll"]

FROM runtime AS api
WORKDIR /app/api
EXPOSE 8080
# The image has no curl; bash can speak enough HTTP to ask.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", \
  "exec 3<>/dev/tcp/127.0.0.1/$CIRM_PORT && printf 'GET /health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["dotnet", "Cirm.Api.dll"]
